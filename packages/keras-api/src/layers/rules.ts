/** What Keras lets one say of each weight of a layer: how it begins, what its size costs, and the form it is kept in. */

import type { Constraint } from "../constraints/constraint.ts";
import { type ConstraintLike, get as getConstraint } from "../constraints/get.ts";
import { get as getInitializer, type InitializerLike } from "../initializers/get.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { snakeCase } from "../naming.ts";
import { get as getRegularizer, type RegularizerLike } from "../regularizers/get.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Config, serialize } from "../serialization/config.ts";

/** The options for weights of these names: `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`, … */
export type RuleOptions<Name extends string> = { readonly [K in Name as `${K}Initializer`]?: InitializerLike | undefined } & {
  readonly [K in Name as `${K}Regularizer`]?: RegularizerLike | undefined;
} & { readonly [K in Name as `${K}Constraint`]?: ConstraintLike | undefined };

/** For one weight, as `addWeight` takes it. */
export interface Rules {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
}

/**
 * The rules the options give for weights.
 * @param initializers for each weight's name, how it begins unless the options say otherwise
 * @example
 * const rules = rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" });
 * this.addWeight({ name: "kernel", shape, ...rules.kernel });
 */
export function rulesOf<Name extends string>(
  options: RuleOptions<Name>,
  initializers: Readonly<Record<Name, InitializerLike>>,
): Readonly<Record<Name, Rules>> {
  const given = options as Readonly<Record<string, never>>;
  const entries = Object.entries<InitializerLike>(initializers).map(([name, initializer]): [string, Rules] => [
    name,
    {
      initializer: getInitializer(given[`${name}Initializer`] ?? initializer),
      regularizer: getRegularizer(given[`${name}Regularizer`]),
      constraint: getConstraint(given[`${name}Constraint`]),
    },
  ]);
  return Object.fromEntries(entries) as Record<Name, Rules>;
}

/** The rules as a config holds them. */
export const rulesConfig = (rules: Readonly<Record<string, Rules>>): Config =>
  Object.fromEntries(
    Object.entries(rules).flatMap(([name, of]) =>
      Object.entries(of).map(([rule, value]) => [`${snakeCase(name)}_${rule}`, serialize(value)]),
    ),
  );
