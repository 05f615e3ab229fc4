/** The base of what is made of options: they become properties, and its config. */
import { snakeCase } from "./naming.ts";
import { parametersOf } from "./parameters.ts";
import { type Config, configOf } from "./serialization/config.ts";

export abstract class Parametrized {
  /** The options that are properties. */
  readonly #taken: string[] = [];

  /** Makes options properties, by these defaults. They are in the config. */
  protected take<O extends object>(options: O, defaults: Partial<O>): void {
    Object.assign(this, parametersOf<Partial<O>>(options, defaults));
    this.#taken.push(...Object.keys(defaults));
  }
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return configOf(
      this,
      this.#taken.map((key) => [key as keyof this, nameOf(key)] as const),
    );
  }
}

/** Keras writes beta_1 where the number counts, but l1. */
const nameOf = (option: string): string => snakeCase(option.replace(/(?<=[a-z]{2})\d/g, "_$&"));
