// Layers of one's own: building, weights, freezing, nesting, shapes, errors with the layer's path.
import { add, mul, ones, type Shape, type Tensor, tensor, type Variable, withName } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import { type CallContext, clearSession, Layer, type LayerOptions, layers, Model, sequential, setRandomSeed } from "../src/index.ts";

beforeEach(() => clearSession());

interface ScaleOptions extends LayerOptions {
  readonly startValue?: number;
}
class Scale extends Layer {
  scale: Variable | undefined;
  modes: boolean[] = [];
  readonly startValue: number;
  constructor(options: ScaleOptions = {}) {
    super(options);
    this.startValue = options.startValue ?? 1;
  }
  override build(shape: Shape): void {
    this.scale = this.addWeight({ name: "scale", shape: [shape.at(-1) as number], initializer: "ones" });
    super.build(shape);
  }
  override call(x: Tensor, { training }: CallContext): Tensor {
    this.modes.push(training);
    return mul(x, this.scale!);
  }
}
class Twice extends Layer {
  readonly inner = [new Scale(), new Scale()];
  readonly named = new Map([["last", layers.dense({ units: 2 })]]);
  override call(x: Tensor): Tensor {
    return this.named.get("last")!.apply(this.inner.reduce((y, l) => l.apply(y), x));
  }
}

describe("layers", () => {
  it("are built once, by the first call or by hand", () => {
    const layer = new Scale();
    expect(layer.built).toBe(false);
    expect(() => layer.countParams()).toThrow('Scale: "scale" is not built');
    layer.apply(ones([2, 3]));
    layer.apply(ones([4, 3]));
    expect(layer.weights.map((v) => [v.name, v.shape])).toEqual([["scale/scale", [3]]]);
    const byHand = layers.dense({ units: 2 });
    byHand.build([5, 3]);
    byHand.apply(ones([5, 3]));
    expect(byHand.countParams()).toBe(8);
  });
  it("are named after their class, counted, and afresh after clearSession", () => {
    expect([new Scale().name, new Scale().name, new Scale({ name: "mine" }).name, new Scale().name]).toEqual([
      "scale",
      "scale_1",
      "mine",
      "scale_2",
    ]);
    clearSession();
    expect(new Scale().name).toBe("scale");
  });
  it("find what they hold in arrays and maps, in order, with paths", () => {
    const layer = new Twice();
    layer.apply(ones([2, 3]));
    expect(layer.weights.map((v) => v.name)).toEqual([
      "twice/scale/scale",
      "twice/scale_1/scale",
      "twice/dense/kernel",
      "twice/dense/bias",
    ]);
    expect(layer.countParams()).toBe(3 + 3 + 6 + 2);
  });
  it("freeze and thaw with everything inside", () => {
    const layer = new Twice();
    layer.apply(ones([2, 3]));
    layer.trainable = false;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([0, 4]);
    expect(layer.weights.every((v) => !v.trainable)).toBe(true);
    layer.trainable = true;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([4, 0]);
  });
  it("tell inner layers whether this is training", () => {
    const layer = new Twice();
    layer.apply(ones([2, 3]), { training: true });
    layer.apply(ones([2, 3]));
    expect(layer.inner[0]!.modes).toEqual([true, false]);
  });
  it("have random state that is a variable but no weight", () => {
    const layer = layers.dropout({ rate: 0.5 });
    expect([layer.weights.length, layer.variables.length]).toEqual([0, 1]);
    expect(layer.variables[0]!.savedDtype).toBe("int64");
  });
  it("give the options of the constructor as config", () => {
    expect(new Scale({ startValue: 3, inputShape: [2] }).getConfig()).toMatchObject({ name: "scale", trainable: true, start_value: 3 });
    expect(new Scale({ inputShape: [2] }).getConfig()).not.toHaveProperty("input_shape");
  });
});

describe("weights", () => {
  it("are read and set as tensors, arrays and typed arrays", async () => {
    const layer = layers.dense({ units: 2 });
    layer.build([null as never, 3]);
    layer.setWeights([new Float32Array([1, 2, 3, 4, 5, 6]), [7, 8]]);
    const [kernel, bias] = layer.getWeights();
    expect(await kernel!.array()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(await bias!.array()).toEqual([7, 8]);
    layer.setWeights([kernel!, tensor([0, 0])]);
    expect(await layer.apply(tensor([[1, 0, 1]])).array()).toEqual([[6, 8]]);
  });
  it("refuse what does not fit", () => {
    const layer = layers.dense({ units: 2 });
    expect(() => layer.setWeights([[1]])).toThrow('"dense" has 0 weights, got 1. It is not built yet: call build(inputShape) first.');
    layer.build([1, 3]);
    expect(() => layer.setWeights([[[1]], [1, 2]])).toThrow('the variable "dense/kernel" keeps its shape. Got f32[3, 2] and f32[1, 1].');
  });
});

describe("shapes", () => {
  it.each([
    [() => layers.dense({ units: 5 }), [null, 7, 3], [null, 7, 5]],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }), [null, 9, 8, 2], [null, 5, 4, 4]],
    [() => layers.conv2d({ filters: 4, kernelSize: [3, 2], dilationRate: 2 }), [2, 9, 8, 2], [2, 5, 6, 4]],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channels_first" }), [null, 2, 9, 8], [null, 4, 7, 6]],
    [() => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }), [null, 9, 8, 2], [null, 5, 4, 2]],
    [() => layers.maxPooling2d({ dataFormat: "channels_first" }), [null, 2, 9, 8], [null, 2, 4, 4]],
    [() => layers.flatten(), [null, 3, 4, 5], [null, 60]],
    [() => layers.flatten(), [6], [6, 1]],
    [() => layers.dropout({ rate: 0.1 }), [null, 3], [null, 3]],
  ] as const)("%s of %j is %j", (make, shape, want) => {
    const got = make().computeOutputShape([...shape]);
    expect(got.map((d) => (typeof d === "number" ? d : null))).toEqual([...want]);
  });
  it("integers become the layer's dtype", async () => {
    const layer = layers.dense({ units: 1, kernelInitializer: "ones" });
    expect(await layer.apply(tensor(new Int32Array([1, 2]), [1, 2])).array()).toEqual([[3]]);
  });
  it("channels-first images flatten as channels-last ones", async () => {
    const x = tensor([[[[1, 2]], [[3, 4]]]]); // 1 × 2 channels × 1 × 2
    expect(await layers.flatten({ dataFormat: "channels_first" }).apply(x).array()).toEqual([[1, 3, 2, 4]]);
  });
});

describe("errors say what, what for, and where", () => {
  it("an input that does not fit the weights", () => {
    const model = sequential([layers.dense({ units: 5, inputShape: [4] }), layers.dense({ units: 2 })]);
    expect(() => model.apply(ones([2, 3]))).toThrow(
      "Dense: expects 4 along axis -1, the size it was built with. Got f32[2, 3]. (in sequential/dense)",
    );
  });
  it("a layer in the wrong place", () => {
    expect(() => sequential([layers.dense({ units: 5, inputShape: [4] }), layers.conv2d({ filters: 1, kernelSize: 3 })])).toThrow(
      "Conv2D: expects an input of 4 axes. Got f32[batch, 5]. (in sequential/conv2d)",
    );
    expect(() => layers.conv2d({ filters: 1, kernelSize: 5 }).apply(ones([1, 4, 4, 1]))).toThrow(
      /window 5×5 does not fit.*\(in conv2d_1\)/,
    );
  });
  it("an op inside a layer of one's own", () => {
    class Wrong extends Layer {
      override call(x: Tensor): Tensor {
        return add(x, ones([7]));
      }
    }
    expect(() => withName("outer", () => new Wrong().apply(ones([2, 3])))).toThrow("(in outer/wrong)");
  });
  it.each([
    [() => layers.dense({ units: 2.5 }), "Dense: units must be a positive integer, got 2.5."],
    [() => layers.conv2d({ filters: 3, kernelSize: 3, groups: 2 }), "Conv2D: 3 filters cannot be cut into 2 groups."],
    [() => layers.conv2d({ filters: 3, kernelSize: [3] as never }), "Conv2D: kernelSize must be one or 2 positive integers, got [3]."],
    [() => layers.maxPooling2d({ padding: "full" as never }), 'MaxPooling2D: padding must be "valid" or "same", got "full".'],
    [() => layers.dense({ units: 1, kernelInitializer: "glorot" }), 'initializers: no initializer is called "glorot". Known are constant,'],
    [() => layers.input({}), "InputLayer: needs a shape."],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("models of one's own", () => {
  class Classifier extends Model {
    readonly hidden = layers.dense({ units: 8, activation: "relu" });
    readonly classes = layers.dense({ units: 2, activation: "softmax" });
    override call(x: Tensor): Tensor {
      return this.classes.apply(this.hidden.apply(x));
    }
  }
  it("train, and build their layers in the first step", async () => {
    setRandomSeed(2);
    const model = new Classifier();
    model.compile({ optimizer: "adam", loss: "crossentropy", metrics: ["acc"] });
    const x = tensor(
      Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
      [20, 3],
    );
    const y = Int32Array.from({ length: 20 }, (_, i) => (Math.sin(i * 3) > 0 ? 1 : 0));
    const { history } = await model.fit(x, y, { epochs: 3, verbose: 0 });
    expect(Object.keys(history)).toEqual(["acc", "loss"]);
    expect(model.weights.map((v) => v.name)).toEqual([
      "classifier/dense/kernel",
      "classifier/dense/bias",
      "classifier/dense_1/kernel",
      "classifier/dense_1/bias",
    ]);
    expect(model.layers.map((l) => l.name)).toEqual(["dense", "dense_1"]);
  });
  it("show in their summary what layers with weights give, once they are built", () => {
    let text = "";
    const model = new Classifier();
    const show = (): void => model.summary({ lineLength: 70, printFn: (t) => void (text = t) });
    show();
    expect(text).toMatch(/│ dense \(Dense\) +│ \? +│ 0 \(unbuilt\) │/);
    model.apply(ones([5, 3]));
    show();
    // As Keras prints it.
    expect(text).toMatch(/│ dense \(Dense\) +│ \(5, 8\) +│ +32 │/);
    expect(text).toMatch(/│ dense_1 \(Dense\) +│ \(5, 2\) +│ +18 │/);
  });
});
