/** Functional models: what lies between symbolic inputs and outputs. */
import { cast, type Dim, expandDims, isKnown, leaves, mapTree, ShapeError, squeeze, Tensor, ValueError } from "@antler/tensor-core";
import type { AnyLayer, CallContext, LayerOptions } from "../layer.ts";
import { Layer } from "../layer.ts";
import { InputLayer } from "../layers/input-layer.ts";
import { setMask } from "../masks.ts";
import { flatten, type Nested, type TensorsOf } from "../nested.ts";
import type { SavedParts } from "../saving/saveable.ts";
import type { Config, Json } from "../serialization/config.ts";
import { showKerasShape } from "../shapes.ts";
import { type CallGraph, callGraph } from "../symbolic/graph.ts";
import { KerasTensor, type Operation, type Runnable, type Sizes, type SymbolicNode, symbolicLeaves } from "../symbolic/keras-tensor.ts";
import type { Ends } from "../training/layout.ts";
import { functionalConfig, functionalFromConfig } from "./functional-config.ts";
import { Model } from "./model.ts";

export interface FunctionalOptions<I extends Nested = Nested, O extends Nested = Nested> extends Pick<LayerOptions, "name" | "trainable"> {
  /** A symbolic tensor, or an array or object of them. */
  readonly inputs: I;
  /** What the model gives: a symbolic tensor, or an array or object of them. */
  readonly outputs: O;
}

/** A model of the calls between its inputs and outputs. */
export class Functional<I extends Nested = Nested, O extends Nested = Nested> extends Model<I, O> {
  readonly #inputs: I;
  readonly #outputs: O;
  readonly #graph: CallGraph;

  constructor({ inputs, outputs, ...options }: FunctionalOptions<I, O>) {
    super(options);
    const ends = beginAtInputs(inputs, outputs);
    this.#inputs = ends.inputs;
    this.#outputs = ends.outputs;
    this.#graph = callGraph(flatten(ends.inputs) as KerasTensor[], flatten(ends.outputs) as KerasTensor[]);
    this.built = true;
  }
  override get className(): string {
    return "Functional";
  }
  override get module(): string {
    return "keras.src.models.functional";
  }

  /** Layers and ops, those far from the outputs first. */
  override get operations(): readonly Operation[] {
    return this.#graph.operations;
  }
  override get layers(): readonly AnyLayer[] {
    return this.operations.filter((op): op is AnyLayer & Operation => op instanceof Layer);
  }
  override sublayers(): AnyLayer[] {
    return [...new Set([...this.layers, ...super.sublayers()])];
  }
  override get calls(): ReadonlySet<SymbolicNode> | undefined {
    return this.#graph.isChain ? undefined : new Set(this.#graph.nodes);
  }
  override savedParts(): SavedParts {
    return { layers: this.layers, ...super.savedParts() };
  }
  override getBuildConfig(): Config {
    return { input_shape: null };
  }
  /** @internal */
  get graph(): CallGraph {
    return this.#graph;
  }
  override get inputs(): I {
    return this.#inputs;
  }
  override get outputs(): O {
    return this.#outputs;
  }
  override get input(): I {
    return this.#inputs;
  }
  override get output(): O {
    return this.#outputs;
  }

  override get ends(): Ends {
    return { inputs: this.#inputs, outputs: this.#outputs };
  }
  override get outputNames(): readonly string[] {
    return symbolicLeaves(this.#outputs).map((t) => t.name);
  }

  override call(inputs: I, { training, mask }: CallContext<I>): O {
    const wanted = flatten(this.#inputs) as KerasTensor[];
    const given = flatten(adapt(inputs, this.#inputs));
    if (given.length !== wanted.length) {
      throw new ValueError(this.className, `"${this.name}" takes ${wanted.length} inputs, got ${given.length}`);
    }
    const masks = flatten(mask) as (Tensor | null)[];
    const values = new Map<KerasTensor, Tensor>();
    const sizes = new Map<string, Dim>();
    wanted.forEach((symbolic, i) => {
      const value = fitted(this, symbolic, given[i]!, sizes);
      setMask(value, masks[i] ?? null);
      values.set(symbolic, value);
    });
    return runGraph(this.#graph.nodes, this.#outputs, values, sizes, training) as O;
  }

  override getConfig(): Config {
    return functionalConfig(this);
  }
  static override fromConfig(options: Readonly<Record<string, Json>>, revive: (value: Json) => unknown): AnyLayer {
    return new Functional(functionalFromConfig(options, revive)) as AnyLayer;
  }
}

/** Runs calls in order, with tensors for the symbolic ones. Symbolic tensors as values give a copy of the graph. */
function runGraph(
  nodes: readonly SymbolicNode[],
  outputs: Nested,
  values: Map<KerasTensor, Tensor>,
  sizes: Sizes,
  training?: boolean,
): unknown {
  const valueOf = (x: unknown): unknown => (x instanceof KerasTensor ? values.get(x)! : x);
  for (const node of nodes) {
    if (node.outputs.every((t) => values.has(t))) continue;
    const [inputs, options] = [mapTree(node.inputs, valueOf), mapTree(node.options, valueOf) as object];
    const { operation } = node;
    const result =
      operation instanceof Layer
        ? leaves(operation.apply(inputs as Nested, training === undefined ? options : { training, ...options }))
        : (operation as Runnable).run(inputs, sizes);
    node.outputs.forEach((t, i) => void values.set(t, result[i] as Tensor));
  }
  return mapTree(outputs, valueOf);
}

/** Inputs given by name go to the layers of these names; one input may come in a list. */
function adapt(given: Nested, wanted: Nested): Nested {
  if (wanted instanceof Tensor && Array.isArray(given) && given.length === 1) return given[0] as Nested;
  if (given instanceof Tensor || Array.isArray(given)) return given;
  if (!(wanted instanceof Tensor) && !Array.isArray(wanted)) return mapRecord(wanted as never, (key) => pick(given as never, key));
  return flatten(wanted).map((t) => pick(given as never, (t as KerasTensor).name)) as Tensor[];
}
const mapRecord = (record: Readonly<Record<string, Nested>>, fn: (key: string) => Nested): Nested =>
  Object.fromEntries(Object.keys(record).map((key) => [key, fn(key) as Tensor]));
function pick(given: Readonly<Record<string, Nested>>, key: string): Nested {
  const found = given[key];
  if (found) return found;
  throw new ValueError("model", `there is no input called "${key}"`, { hint: `Given are ${Object.keys(given).join(", ")}.` });
}

/** A last axis of size 1 is added or taken away, as Keras does. */
function sameRank(x: Tensor, { rank, dims }: Tensor): Tensor {
  if (x.rank === rank + 1 && x.dims.at(-1) === 1) return squeeze(x, -1);
  return x.rank === rank - 1 && dims.at(-1) === 1 ? expandDims(x, -1) : x;
}

/** The value in the input's dtype and rank. Takes note of what unknown sizes are. */
function fitted(model: AnyLayer, wanted: KerasTensor, value: Tensor, sizes: Map<string, Dim>): Tensor {
  const x = sameRank(cast(value, wanted.dtype), wanted);
  const fits = x.rank === wanted.rank && wanted.dims.every((d, i) => !isKnown(d) || !isKnown(x.dims[i]!) || d === x.dims[i]);
  if (!fits) {
    throw new ShapeError(model.className, `"${model.name}" takes ${showKerasShape(wanted.dims)} as "${wanted.name}"`, {
      got: [value.spec],
    });
  }
  wanted.dims.forEach((d, i) => {
    if (!isKnown(d) && !sizes.has(d.name)) sizes.set(d.name, x.dims[i]!);
  });
  return x;
}

/** A model may begin in the middle of another: such inputs become inputs of their own, and the calls after them are made again. */
function beginAtInputs<I extends Nested, O extends Nested>(inputs: I, outputs: O): { readonly inputs: I; readonly outputs: O } {
  const given = leaves(inputs);
  for (const t of [...given, ...leaves(outputs)]) {
    if (!(t instanceof KerasTensor)) {
      throw new ValueError("model", "inputs and outputs must be symbolic tensors", {
        hint: "Make inputs with input(), apply layers to them.",
      });
    }
  }
  const symbolic = given as KerasTensor[];
  if (symbolic.every((t) => t.node.operation instanceof InputLayer)) return { inputs, outputs };
  const values = new Map<KerasTensor, Tensor>();
  const begun = mapTree(inputs, (x) => {
    const t = x as KerasTensor;
    const isInput = t.node.operation instanceof InputLayer;
    const fresh = isInput ? t : new InputLayer({ batchShape: t.dims.map((d) => (isKnown(d) ? d : null)), dtype: t.dtype }).output;
    values.set(t, fresh as Tensor);
    return fresh;
  }) as I;
  const sizes = new Map<string, Dim>();
  for (const [before, now] of values) before.dims.forEach((d, i) => void (isKnown(d) || sizes.set(d.name, now.dims[i]!)));
  const { nodes } = callGraph(symbolic, symbolicLeaves(outputs));
  return { inputs: begun, outputs: runGraph(nodes, outputs, values, sizes) as O };
}

/**
 * A model of the calls between symbolic inputs and outputs.
 * @throws ValueError where an output depends on something that is not among the inputs
 * @example
 * const x = input({ shape: [4] });
 * const h = layers.dense({ units: 8, activation: "relu" }).apply(x);
 * const m = model({ inputs: x, outputs: add(layers.dense({ units: 4 }).apply(h), x) });
 */
/* @__NO_SIDE_EFFECTS__ */
export const model = <const I extends Nested, const O extends Nested>(
  options: FunctionalOptions<I, O>,
): Functional<TensorsOf<I>, TensorsOf<O>> => new Functional(options as never);
