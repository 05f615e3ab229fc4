/** Ops between layers, as Keras's files hold them: a class of `keras.ops`, and the arguments of its call. */
import * as core from "@antler/tensor-core";
import { FormatError, isKnown, type Shape, Tensor, type TensorLike } from "@antler/tensor-core";
import * as activations from "../activations/index.ts";
import { infer } from "../symbolic/infer.ts";
import { KerasTensor, type OpCall, type Operation, type Runnable, SymbolicNode } from "../symbolic/keras-tensor.ts";
import { type Config, isSerialized, type Json, type Serialized, serialize } from "./config.ts";

/** An op's class and one call of it. */
export interface SerializedCall {
  readonly operation: Serialized;
  readonly node: Json;
}
type Call = (...args: never[]) => Tensor;
/** Ops whose every argument is a tensor or a number: Keras's class, its module, our function, and the op it is written for. */
const plain: readonly (readonly [className: string, module: string, call: Call, writes?: string])[] = [
  ["Add", "numpy", core.add, "add"],
  ["Subtract", "numpy", core.sub, "sub"],
  ["Multiply", "numpy", core.mul, "mul"],
  ["TrueDivide", "numpy", core.div, "div"],
  ["Divide", "numpy", core.div],
  ["FloorDivide", "numpy", core.floorDiv, "floorDiv"],
  ["Mod", "numpy", core.mod, "mod"],
  ["Power", "numpy", core.pow, "pow"],
  ["Maximum", "numpy", core.maximum, "maximum"],
  ["Minimum", "numpy", core.minimum, "minimum"],
  ["Equal", "numpy", core.equal, "equal"],
  ["NotEqual", "numpy", core.notEqual, "notEqual"],
  ["Less", "numpy", core.less, "less"],
  ["LessEqual", "numpy", core.lessEqual, "lessEqual"],
  ["Greater", "numpy", core.greater, "greater"],
  ["GreaterEqual", "numpy", core.greaterEqual, "greaterEqual"],
  ["LogicalAnd", "numpy", core.logicalAnd, "logicalAnd"],
  ["LogicalOr", "numpy", core.logicalOr, "logicalOr"],
  ["LogicalNot", "numpy", core.logicalNot, "logicalNot"],
  ["Negative", "numpy", core.neg, "neg"],
  ["Absolute", "numpy", core.abs, "abs"],
  ["Sign", "numpy", core.sign, "sign"],
  ["Floor", "numpy", core.floor, "floor"],
  ["Ceil", "numpy", core.ceil, "ceil"],
  ["Sqrt", "numpy", core.sqrt, "sqrt"],
  ["Rsqrt", "math", core.rsqrt, "rsqrt"],
  ["Square", "numpy", core.square, "square"],
  ["Reciprocal", "numpy", core.reciprocal, "reciprocal"],
  ["Exp", "numpy", core.exp, "exp"],
  ["Expm1", "numpy", core.expm1, "expm1"],
  ["Log", "numpy", core.log, "log"],
  ["Log1p", "numpy", core.log1p, "log1p"],
  ["Sin", "numpy", core.sin, "sin"],
  ["Cos", "numpy", core.cos, "cos"],
  ["Tan", "numpy", core.tan, "tan"],
  ["Arcsin", "numpy", core.asin, "asin"],
  ["Arccos", "numpy", core.acos, "acos"],
  ["Arctan", "numpy", core.atan, "atan"],
  ["Sinh", "numpy", core.sinh, "sinh"],
  ["Cosh", "numpy", core.cosh, "cosh"],
  ["Tanh", "numpy", core.tanh, "tanh"],
  ["Erf", "math", core.erf, "erf"],
  ["Where", "numpy", core.where, "where"],
  ["StopGradient", "core", core.stopGradient, "stopGradient"],
  ["Relu", "nn", core.relu, "relu"],
  ["Sigmoid", "nn", core.sigmoid, "sigmoid"],
  ["Softplus", "nn", core.softplus, "softplus"],
  ["Relu6", "nn", activations.relu6],
  ["Selu", "nn", activations.selu],
  ["Silu", "nn", activations.silu],
  ["Softsign", "nn", activations.softsign],
  ["LogSoftmax", "nn", core.logSoftmax, "logSoftmax"],
  ["Softmax", "nn", core.softmax, "softmax"],
];

// biome-ignore lint/suspicious/noExplicitAny: what a file holds is checked by the ops it is given to
type Loose = { readonly [key: string | number]: any } & Iterable<any>;

interface Row {
  readonly module: string;
  /** What a file's options and arguments mean. */
  readonly revive: (args: Loose, config: Loose) => Tensor;
  /** The op that the row writes. */
  readonly op?: string;
  /** The options a file has for an op's attrs; undefined where the class cannot say them. */
  readonly config?: (attrs: never, inputs: readonly Tensor[]) => Config | undefined;
  /** The arguments, where they are not just the inputs. */
  readonly args?: (inputs: readonly Json[], attrs: never, tensors: readonly Tensor[]) => readonly Json[];
}

type Axes = { readonly axes: readonly number[] };
const reduce = (op: string, call: (x: TensorLike, options: core.ReduceOptions) => Tensor): Row => ({
  module: "numpy",
  op,
  revive: ([x], { axis, keepdims }) => call(x, { axis: axis ?? undefined, keepDims: keepdims }),
  // Ours drops the axes it reduces over; keeping them is a reshape behind it.
  config: ({ axes }: Axes) => ({ axis: [...axes], keepdims: false }),
});
const pythonSlice = (start: Json, stop: Json, step: Json): Json => ({ class_name: "__slice__", config: { start, stop, step } });

/** Classes of `keras.ops` with options of their own. */
const rows: Readonly<Record<string, Row>> = {
  Sum: reduce("sum", core.sum),
  Mean: reduce("mean", core.mean),
  Max: reduce("max", core.max),
  Min: reduce("min", core.min),
  Prod: reduce("prod", core.prod),
  Any: reduce("any", core.any),
  All: reduce("all", core.all),
  Var: { module: "numpy", revive: ([x], { axis, keepdims }) => core.variance(x, { axis: axis ?? undefined, keepDims: keepdims }) },
  Argmax: {
    module: "numpy",
    revive: ([x], { axis }) => core.argMax(x, axis),
    op: "argMax",
    config: ({ axes }: Axes) => ({ axis: axes[0]!, keepdims: false }),
  },
  Cast: {
    module: "core",
    revive: ([x], { dtype }) => core.cast(x, dtype),
    op: "cast",
    config: ({ dtype }: { dtype: string }) => ({ dtype }),
  },
  Clip: {
    module: "numpy",
    revive: ([x], { x_min, x_max }) => core.clipByValue(x, x_min, x_max),
    op: "clipByValue",
    config: ({ min, max }: { min: number; max: number }) => ({ x_min: min, x_max: max }),
  },
  Reshape: {
    module: "numpy",
    revive: ([x], { newshape }) => core.reshape(x, newshape),
    op: "reshape",
    config: ({ shape }: { shape: Shape }) =>
      shape.filter((d) => !isKnown(d)).length > 1 ? undefined : { newshape: shape.map((d) => (isKnown(d) ? d : -1)) },
  },
  ExpandDims: { module: "numpy", revive: ([x], { axis }) => core.expandDims(x, axis) },
  Squeeze: { module: "numpy", revive: ([x], { axis }) => core.squeeze(x, axis ?? undefined) },
  Transpose: {
    module: "numpy",
    revive: ([x], { axes }) => core.transpose(x, axes ?? undefined),
    op: "transpose",
    config: ({ perm }: { perm: readonly number[] }) => ({ axes: perm }),
  },
  Concatenate: {
    module: "numpy",
    revive: ([list], { axis }) => core.concat(list, axis),
    op: "concat",
    config: ({ axis }: { axis: number }) => ({ axis }),
    args: (inputs) => [inputs],
  },
  Stack: { module: "numpy", revive: ([list], { axis }) => core.stack(list, axis) },
  Take: {
    module: "numpy",
    revive: ([x, indices], { axis }) => core.gather(x, Array.isArray(indices) ? core.tensor(indices, undefined, "int32") : indices, axis),
    op: "gather",
    config: ({ axis }: { axis: number }) => ({ axis }),
  },
  Flip: {
    module: "numpy",
    revive: ([x], { axis }) => core.reverse(x, axis ?? undefined),
    op: "reverse",
    config: ({ axes }: Axes) => ({ axis: [...axes] }),
  },
  Tile: { module: "numpy", revive: ([x], { repeats }) => core.tile(x, repeats) },
  Pad: {
    module: "numpy",
    revive: ([x], { pad_width, constant_values }) => core.pad(x, pad_width, constant_values ?? 0),
    op: "pad",
    config: ({ paddings, constantValue }: { paddings: Json; constantValue: number }) =>
      constantValue === 0 ? { pad_width: paddings, mode: "constant" } : undefined,
  },
  Matmul: {
    module: "numpy",
    revive: ([a, b]) => core.matMul(a, b),
    op: "matMul",
    config: ({ transposeA, transposeB }: { transposeA?: boolean; transposeB?: boolean }) => (transposeA || transposeB ? undefined : {}),
  },
  GetItem: {
    module: "numpy",
    revive: ([x, key]) => core.at(x, (key as readonly Json[]).map(indexText).join(", ")),
    op: "slice",
    config: () => ({}),
    args: (given, { begin, strides, size }: { begin: number[]; strides: number[]; size: Shape }) => [
      given[0]!,
      begin.map((b, i) => {
        const [n, step] = [size[i]!, strides[i]!];
        return isKnown(n) ? pythonSlice(b, b + (n - 1) * step + 1, step) : pythonSlice(b, null, step);
      }),
    ],
  },
  Gelu: { module: "nn", revive: ([x], { approximate }) => activations.gelu(x, { approximate }) },
  Elu: { module: "nn", revive: ([x], { alpha }) => activations.elu(x, { alpha }) },
  LeakyRelu: { module: "nn", revive: ([x], { negative_slope }) => activations.leakyRelu(x, { negativeSlope: negative_slope }) },
  OneHot: { module: "nn", revive: ([x], { num_classes }) => core.oneHot(x, num_classes) },
  Logsumexp: { module: "math", revive: ([x], { axis, keepdims }) => core.logSumExp(x, { axis: axis ?? undefined, keepDims: keepdims }) },
  ...Object.fromEntries(
    plain.map(([name, module, call, op]): [string, Row] => [
      name,
      {
        module,
        ...(op && { op }),
        revive: (args) => call(...(args as Iterable<never>)),
        config: () => (/Softmax$/.test(name) ? { axis: -1 } : {}),
      },
    ]),
  ),
};

/** One index of Python's as `at` reads it. */
function indexText(index: Json): string {
  if (index === null) return "newaxis";
  if (!isSerialized(index)) return String(index);
  if (index.class_name === "__ellipsis__") return "...";
  const { start, stop, step } = index.config as Record<string, number | null>;
  return `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`;
}

/** An op of a file: it keeps the class and options it was written with. */
export class KerasOp implements Runnable {
  readonly inboundNodes: SymbolicNode[] = [];
  readonly serialized: Serialized;
  readonly #row: Row;

  constructor(serialized: Serialized, row: Row) {
    this.serialized = serialized;
    this.#row = row;
  }
  get name(): string {
    return String((this.serialized.config as Config)["name"]);
  }
  get className(): string {
    return this.serialized.class_name;
  }
  run(inputs: unknown): readonly Tensor[] {
    const { args, kwargs } = inputs as Arguments;
    return core.leaves(this.#row.revive(args.map(literal), { ...(this.serialized.config as object), ...kwargs } as never)) as Tensor[];
  }
  /** Calls it on symbolic tensors. */
  call(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): void {
    const node = new SymbolicNode(this, { args, kwargs });
    const symbols = node.inputTensors;
    const replaced = (tensors: readonly Tensor[]): unknown =>
      this.run(core.mapTree(node.inputs, (x) => tensors[symbols.indexOf(x as KerasTensor)] ?? x));
    const specs = symbols.map((t) => t.spec);
    infer(this.name, specs, replaced, (spec) => node.give(spec));
  }
}
interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** @throws FormatError for an op that Keras has no class for */
export function serializeCall(op: Operation, { inputs }: SymbolicNode, tensorConfig: (t: KerasTensor) => Json): SerializedCall {
  const convert = (x: unknown): Json => (x instanceof KerasTensor ? tensorConfig(x) : x instanceof Tensor ? constant(x) : (x as Json));
  if (op instanceof KerasOp) return { operation: op.serialized, node: core.mapTree(inputs, convert) as Json };
  const { op: made, attrs } = op as OpCall;
  const tensors = inputs as readonly Tensor[];
  const found = Object.entries(rows).find(([, row]) => row.op === made.name);
  const config = found?.[1].config?.(attrs as never, tensors);
  if (!found || !config) {
    throw new FormatError("model", `the op "${made.name}" has no counterpart in Keras's files`, {
      hint: "Use it in the call of a layer of your own, and register that layer.",
    });
  }
  const [className, { module, args }] = found;
  const given = tensors.map(convert);
  return {
    operation: {
      module: `keras.src.ops.${module}`,
      class_name: className,
      config: { name: op.name, ...config },
      registered_name: className,
    },
    node: { args: args ? args(given, attrs as never, tensors) : given, kwargs: {} },
  };
}
/** A tensor that is no symbol, as files hold it: a number, or nested lists. */
export const constant = (t: Tensor): Json =>
  t.rank === 0 ? Number(t.dataSync()[0]) : { class_name: "__numpy__", config: { value: serialize(t.arraySync()), dtype: t.dtype } };

/** The op of a file; undefined for what is a layer. @throws FormatError for an op we do not know */
export function reviveOperation(serialized: Serialized): KerasOp | undefined {
  const { module, class_name, config, registered_name } = serialized;
  if (!module?.startsWith("keras.src.ops.")) return undefined;
  const row = Object.hasOwn(rows, class_name) ? rows[class_name] : undefined;
  if (!row) throw new FormatError("model", `the op "${class_name}" is not known`, { hint: "Please report it." });
  return new KerasOp({ module, class_name, config, registered_name }, row);
}
/** Constant tensors of a file; symbolic tensors, numbers and lists stay. */
function literal(x: unknown): unknown {
  if (!isSerialized(x) || !/^__(numpy|tensor)__$/.test(x.class_name)) return x;
  const { value, dtype } = x.config as { value: never; dtype: core.DType };
  return core.tensor(value, undefined, dtype);
}
