/** The base of metrics: numbers collected over batches. */
import { type DType, suspendTrace, type Tensor, Variable } from "@antler/tensor-core";
import { autoName } from "../naming.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { storedZeros } from "../zeros.ts";

export interface MetricOptions {
  readonly name?: string | undefined;
  /** Of state and result. Default "float32". */
  readonly dtype?: DType | undefined;
}

/**
 * What is collected lives in variables, so that a compiled step can update it. Override `updateState` and `result`.
 * @example
 * class Positives extends Metric {
 *   readonly total = this.addVariable({ name: "total" });
 *   override updateState(yTrue: Tensor) {
 *     this.total.assign(add(this.total, sum(cast(greater(yTrue, 0), "float32"))));
 *   }
 *   override result() {
 *     return this.total.value;
 *   }
 * }
 */
export abstract class Metric {
  /** The key of its value in logs. */
  name: string;
  readonly dtype: DType;
  /** Whether more is better or less; undefined where nobody knows. */
  direction: "up" | "down" | undefined = undefined;
  readonly #variables: Variable[] = [];

  constructor({ name, dtype = "float32" }: MetricOptions = {}) {
    this.name = name ?? autoName(this.className);
    this.dtype = dtype;
  }
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.metrics";
  }

  /** Takes a batch into account. */
  abstract updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void;
  /** The value so far: a scalar. */
  abstract result(): Tensor;

  /** Forgets all batches. */
  reset(): void {
    for (const v of this.#variables) setZero(v);
  }

  /** A variable that starts at zero, and does so again after `reset`. */
  protected addVariable({ name = "variable", shape = [] }: { readonly name?: string; readonly shape?: readonly number[] } = {}): Variable {
    const v = suspendTrace(() => {
      const zero = storedZeros(shape, this.dtype);
      const made = new Variable(zero, { name: `${this.name}/${name}`, trainable: false });
      zero.dispose();
      return made;
    });
    this.#variables.push(v);
    return v;
  }
  get variables(): readonly Variable[] {
    return this.#variables;
  }

  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return configOf(this, ["name", "dtype"]);
  }
}

function setZero(v: Variable): void {
  const zero = storedZeros(v.shape, v.dtype);
  v.assign(zero);
  zero.dispose();
}
