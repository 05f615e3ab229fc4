// Configs of Keras 1 and 2, which no Keras writes any more: what tf.keras 2.15 wrote for these models, and older forms.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import { type AnyModel, loadModel } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { H5Dataset, H5Group, writeHdf5 } from "../../src/index.ts";

const dense = (name: string, units: number, more: object = {}): object => ({
  class_name: "Dense",
  config: {
    name,
    trainable: true,
    dtype: "float32",
    units,
    activation: "linear",
    use_bias: true,
    kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
    bias_initializer: { class_name: "Zeros", config: {} },
    ...more,
  },
  name,
});
const inputLayer = (name: string, size: number): object => ({
  class_name: "InputLayer",
  config: { batch_input_shape: [null, size], dtype: "float32", sparse: false, ragged: false, name },
  name,
  inbound_nodes: [],
});

/** A file with these layers' kernels and biases; `split` lists their names in parts, as for models of many layers. */
function file(config: object, weights: Record<string, readonly (readonly number[])[]>, { split = false } = {}): Uint8Array {
  const root = new H5Group();
  root.attributes.set("keras_version", "2.15.0").set("backend", "tensorflow").set("model_config", JSON.stringify(config));
  const group = root.ensure("model_weights");
  const names = Object.keys(weights);
  if (split) names.forEach((name, i) => void group.attributes.set(`layer_names${i}`, [name]));
  else group.attributes.set("layer_names", names);
  for (const [name, kernel] of Object.entries(weights)) {
    const layer = group.ensure(name);
    const shape = [kernel.length, kernel[0]?.length ?? 0];
    layer.attributes.set("weight_names", kernel.length ? [`${name}/kernel:0`, `${name}/bias:0`] : []);
    if (!kernel.length) continue;
    const vars = layer.ensure(name);
    vars.children.set("kernel:0", new H5Dataset({ shape, dtype: "float32", data: Float32Array.from(kernel.flat()) }));
    vars.children.set("bias:0", new H5Dataset({ shape: [shape[1]!], dtype: "float32", data: new Float32Array(shape[1]!) }));
  }
  return writeHdf5(root);
}
const results = async (model: AnyModel, ...rows: number[][]): Promise<unknown> => {
  const inputs = rows.map((row) => tensor([row]));
  return (model.apply((inputs.length === 1 ? inputs[0] : inputs) as never) as { arraySync(): unknown }).arraySync();
};

describe("Sequential", () => {
  const weights = {
    d1: [
      [1, 2],
      [3, 4],
    ],
    d2: [[1], [10]],
  };
  const layers = [dense("d1", 2, { batch_input_shape: [null, 2] }), dense("d2", 1)];

  it.each([
    ["with an input layer", { name: "s", layers: [inputLayer("i", 2), dense("d1", 2), dense("d2", 1)] }],
    ["whose first layer says the shape", { name: "s", layers }],
    ["as a list of layers", layers],
  ])("%s", async (_, config) => {
    const model = await loadModel(file({ class_name: "Sequential", config }, weights));
    expect(await results(model, [1, 1])).toEqual([[64]]);
  });
  it("with names in parts", async () => {
    const model = await loadModel(file({ class_name: "Sequential", config: { name: "s", layers } }, weights, { split: true }));
    expect(await results(model, [1, 0])).toEqual([[21]]);
  });
});

describe("Functional", () => {
  const shared = { ...dense("shared", 1), inbound_nodes: [[["a", 0, 0, {}]], [["b", 0, 0, {}]]] };
  const functional = (layers: readonly object[], ends: object, name = "f"): object => ({
    class_name: "Functional",
    config: { name, trainable: true, layers, ...ends },
  });

  it("a shared layer; two outputs", async () => {
    const config = functional([inputLayer("a", 2), inputLayer("b", 2), shared], {
      input_layers: [
        ["a", 0, 0],
        ["b", 0, 0],
      ],
      output_layers: [
        ["shared", 0, 0],
        ["shared", 1, 0],
      ],
    });
    const model = await loadModel(file(config, { a: [], b: [], shared: [[1], [2]] }));
    const [one, other] = model.apply([tensor([[1, 0]]), tensor([[0, 1]])] as never) as unknown as { arraySync(): unknown }[];
    expect([one!.arraySync(), other!.arraySync()]).toEqual([[[1]], [[2]]]);
  });

  it("models inside, whose calls old files count from 1", async () => {
    const inner = functional(
      [inputLayer("x", 2), { ...dense("inside", 2), inbound_nodes: [[["x", 0, 0, {}]]] }],
      { input_layers: [["x", 0, 0]], output_layers: [["inside", 0, 0]] },
      "inner",
    );
    const stack = { class_name: "Sequential", config: { name: "stack", layers: [inputLayer("y", 2), dense("stacked", 2)] } };
    const config = functional(
      [
        inputLayer("a", 2),
        { ...inner, name: "inner", inbound_nodes: [[["a", 0, 0, {}]], [["stack", 1, 0, {}]]] },
        { ...stack, name: "stack", inbound_nodes: [[["inner", 1, 0, {}]]] },
      ],
      { input_layers: [["a", 0, 0]], output_layers: [["inner", 2, 0]] },
    );
    const root = file(config, {
      a: [],
      inner: [
        [0, 1],
        [2, 0],
      ],
      stack: [
        [1, 1],
        [0, 1],
      ],
    });
    const model = await loadModel(root);
    // Twice through [[0, 1], [2, 0]], and in between through [[1, 1], [0, 1]]: [1, 0] → [0, 1] → [0, 1] → [2, 0].
    expect(await results(model, [1, 0])).toEqual([[2, 0]]);
  });

  it("a class of one's own that is not registered is refused", async () => {
    const config = { class_name: "Sequential", config: { layers: [inputLayer("i", 2), { ...dense("d", 1), class_name: "mine>Dense2" }] } };
    await expect(loadModel(file(config, { d: [[1], [1]] }))).rejects.toThrow('no layer is called "Dense2"');
  });
});
