/** The base of metrics: numbers collected over batches. */
import { type DType, suspendTrace, type Tensor, type TensorData, tensor, Variable } from "@antler/tensor-core";
import { autoName } from "../naming.ts";
import { Parametrized } from "../parametrized.ts";
import { type PolicyLike, policyOf } from "../policy.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { withoutAutocast } from "../weights.ts";
import { storedZeros } from "../zeros.ts";

export interface MetricOptions {
  readonly name?: string | null | undefined;
  /** Of state and result. Default "float32". */
  readonly dtype?: PolicyLike | null | undefined;
}

export interface MetricVariableOptions {
  /** Default "variable". */
  readonly name?: string;
  /** Default []: a scalar. */
  readonly shape?: readonly number[];
  /** Default the metric's. */
  readonly dtype?: DType;
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
export abstract class Metric extends Parametrized {
  /** The key of its value in logs. */
  name: string;
  readonly dtype: DType;
  /** Whether more is better or less; undefined where nobody knows. */
  readonly direction: "up" | "down" | undefined = undefined;
  readonly #variables: Variable[] = [];

  constructor({ name, dtype }: MetricOptions = {}) {
    super();
    this.name = name ?? autoName(this.className);
    this.dtype = policyOf(dtype ?? "float32").computeDtype;
  }
  get module(): string {
    return "keras.metrics";
  }

  /** Takes a batch into account. */
  abstract updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void;
  /** The value so far: a scalar, or one value for each threshold or class. */
  abstract result(): Tensor;

  /** Takes a batch into account, and gives the value so far. */
  apply(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Tensor {
    this.updateState(yTrue, yPred, sampleWeight);
    return this.result();
  }

  /** Forgets all batches. */
  resetState(): void {
    for (const v of this.#variables) setZero(v);
  }

  /** A variable that starts at zero, and does so again after `resetState`. */
  protected addVariable({ name = "variable", shape = [], dtype = this.dtype }: MetricVariableOptions = {}): Variable {
    const v = variableOf(`${this.name}/${name}`, () => storedZeros(shape, dtype));
    this.#variables.push(v);
    return v;
  }
  /** Numbers that never change, and are no state. */
  protected addConstant(data: TensorData, dtype: DType = this.dtype): Variable {
    return variableOf(`${this.name}/constant`, () => tensor(data, undefined, dtype));
  }
  get variables(): readonly Variable[] {
    return this.#variables;
  }

  /** The options, in Keras's snake_case. */
  override getConfig(): Config {
    return { ...configOf(this, ["name", "dtype"]), ...super.getConfig() };
  }
}

/** Steps make variables while they are traced, too. */
const variableOf = (name: string, initial: () => Tensor): Variable =>
  suspendTrace(() => {
    const first = initial();
    const made = new Variable(first, { name, trainable: false });
    first.dispose();
    // A metric inside a layer counts in its own dtype, whatever the layer computes in.
    withoutAutocast.add(made);
    return made;
  });

function setZero(v: Variable): void {
  const zero = storedZeros(v.shape, v.dtype);
  v.assign(zero);
  zero.dispose();
}
