/** Writes a computation as an ONNX model (https://onnx.ai, opset 17), images with channels in front. */
import { filterFirst, imageFirst } from "../work/channels-first.ts";
import { inputValues, type Values, weightValues } from "../work/values.ts";
import type { Computation, Convolution, Shape, Vocabulary } from "../work/vocabulary.ts";
import { block, concat, type Field, float, integer } from "./protobuf.ts";

/** A value goes by its name. */
type Name = string;
type Attribute = number | string | readonly number[] | { readonly float: number };

const FLOAT = 1;
const INT64 = 7;

/** The bytes of a model with inputs x0, x1, … and the output y. */
export function onnxModel(computation: Computation): Uint8Array {
  const graph = new GraphWriter();
  const weights = weightValues(computation).values();
  const inputs = inputValues(computation).map((x, i) => ({ name: `x${i}`, shape: imageFirst(x).shape }));
  const result = computation.compute(
    vocabulary(graph),
    inputs.map(({ name }) => name),
    () => graph.constant(filterFirst(weights.next().value!)),
  );
  graph.node("Identity", [result], {}, "y");
  const fields = [
    ...graph.fields,
    block(2, "benchmark"),
    ...inputs.map(({ name, shape }) => valueInfo(11, name, shape)),
    valueInfo(12, "y"),
  ];
  return concat([integer(1, 8), block(8, [integer(2, 17)]), block(7, fields)]);
}

class GraphWriter {
  readonly fields: Field[] = [];
  /** The first size of each constant: of a filter, how many there are. */
  readonly #sizes = new Map<Name, number>();
  #names = 0;

  node(type: string, inputs: readonly Name[], attributes: Readonly<Record<string, Attribute>> = {}, output = this.#name()): Name {
    const written = Object.entries(attributes).map(([name, value]) => block(5, attribute(name, value)));
    this.fields.push(block(1, [...inputs.map((name) => block(1, name)), block(2, output), block(4, type), ...written]));
    return output;
  }
  constant({ shape, data }: Values): Name {
    return this.#tensor(shape, FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  integers(values: readonly number[]): Name {
    return this.#tensor([values.length], INT64, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }
  size(constant: Name): number {
    return this.#sizes.get(constant)!;
  }
  #tensor(shape: Shape, type: number, bytes: Uint8Array): Name {
    const name = this.#name();
    this.#sizes.set(name, shape[0]!);
    this.fields.push(block(5, [...shape.map((size) => integer(1, size)), integer(2, type), block(8, name), block(9, bytes)]));
    return name;
  }
  #name(): Name {
    return `v${this.#names++}`;
  }
}

/** The field of an input or an output; its shape where it is known. */
function valueInfo(field: number, name: Name, shape?: Shape): Field {
  const sizes = shape
    ? [
        block(
          2,
          shape.map((size) => block(1, [integer(1, size)])),
        ),
      ]
    : [];
  return block(field, [block(1, name), block(2, [block(1, [integer(1, FLOAT), ...sizes])])]);
}
function attribute(name: string, value: Attribute): Field[] {
  if (typeof value === "number") return [block(1, name), integer(3, value), integer(20, 2)];
  if (typeof value === "string") return [block(1, name), block(4, value), integer(20, 3)];
  if ("float" in value) return [block(1, name), float(2, value.float), integer(20, 1)];
  return [block(1, name), ...value.map((one) => integer(8, one)), integer(20, 7)];
}

function vocabulary(graph: GraphWriter): Vocabulary<Name> {
  const convolved = (x: Name, filter: Name, group: Record<string, Attribute>, { strides = 1, bias, relu }: Convolution<Name>): Name => {
    const attributes = { auto_pad: "SAME_UPPER", strides: [strides, strides], ...group };
    const y = graph.node("Conv", bias === undefined ? [x, filter] : [x, filter, bias], attributes);
    return relu ? graph.node("Relu", [y]) : y;
  };
  return {
    matMul: (a, b) => graph.node("MatMul", [a, b]),
    conv2d: (x, filter, options = {}) => convolved(x, filter, {}, options),
    depthwise: (x, filter, options = {}) => convolved(x, filter, { group: graph.size(filter) }, options),
    maxPool: (x) => graph.node("MaxPool", [x], { auto_pad: "SAME_UPPER", kernel_shape: [3, 3], strides: [2, 2] }),
    pixelMean: (x) => graph.node("Flatten", [graph.node("GlobalAveragePool", [x])]),
    add: (a, b) => graph.node("Add", [a, b]),
    mul: (a, b) => graph.node("Mul", [a, b]),
    tanh: (x) => graph.node("Tanh", [x]),
    sigmoid: (x) => graph.node("Sigmoid", [x]),
    relu: (x) => graph.node("Relu", [x]),
    softmax: (x) => graph.node("Softmax", [x], { axis: -1 }),
    layerNorm: (x, gain, bias) => graph.node("LayerNormalization", [x, gain, bias], { axis: -1, epsilon: { float: 1e-5 } }),
    sumRows: (x) => graph.node("ReduceSum", [x, graph.integers([0])], { keepdims: 0 }),
    transpose: (x) => graph.node("Transpose", [x], { perm: [1, 0] }),
  };
}
