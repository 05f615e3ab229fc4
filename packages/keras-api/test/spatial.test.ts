// Layers over sequences, images and volumes: sizes known only at run time, half precision, wrong options, other names.
import { func, ones } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnyLayer, clearSession, deserializeLayer, input, layers, model, serializeLayer } from "../src/index.ts";

beforeEach(() => clearSession());

const sizes = (shape: readonly unknown[]): unknown[] => shape.map((d) => (typeof d === "number" ? d : null));

describe("images of any size", () => {
  it.each([
    [() => layers.conv2d({ filters: 2, kernelSize: 3 }), [null, null, null, 2], [2, 7, 5, 2]],
    [() => layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: "same" }), [null, null, null, 2], [2, 5, 4, 2]],
    [() => layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 }), [null, null, null, 2], [2, 19, 15, 2]],
    [() => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), [null, null, null, 6], [2, 7, 5, 6]],
    [() => layers.separableConv2d({ filters: 2, kernelSize: 3, padding: "same" }), [null, null, null, 2], [2, 9, 7, 2]],
    [() => layers.maxPooling2d(), [null, null, null, 3], [2, 4, 3, 3]],
    [() => layers.globalAveragePooling2d(), [null, 3], [2, 3]],
    [() => layers.adaptiveMaxPooling2d({ outputSize: 2 }), [null, 2, 2, 3], [2, 2, 2, 3]],
    [() => layers.zeroPadding2d(), [null, null, null, 3], [2, 11, 9, 3]],
    [() => layers.cropping2d({ cropping: 1 }), [null, null, null, 3], [2, 7, 5, 3]],
    [() => layers.upSampling2d(), [null, null, null, 3], [2, 18, 14, 3]],
    [() => layers.upSampling2d({ interpolation: "bilinear" }), [null, null, null, 3], [2, 18, 14, 3]],
    [() => layers.resizing({ height: 4, width: 5, padToAspectRatio: true }), [null, 4, 5, 3], [2, 4, 5, 3]],
    [() => layers.centerCrop({ height: 4, width: 5 }), [null, 4, 5, 3], [2, 4, 5, 3]],
    [() => layers.reshape({ targetShape: [-1, 3] }), [null, null, 3], [2, 63, 3]],
    [() => layers.permute({ dims: [3, 1, 2] }), [null, 3, null, null], [2, 3, 9, 7]],
  ] as readonly (readonly [() => AnyLayer, (number | null)[], number[]])[])("%s", async (make, inferred, ofNineBySeven) => {
    const layer = make();
    expect(sizes(layer.computeOutputShape([null, null, null, 3]) as readonly unknown[])).toEqual(inferred);
    const images = ones([2, 9, 7, 3]);
    const compiled = func((t) => layer.apply(t), { inputSignature: [{ shape: ["batch", "height", "width", 3], dtype: "float32" }] });
    const [eager, graph] = [layer.apply(images), compiled(images)];
    expect(graph.shape).toEqual(ofNineBySeven);
    expect(await graph.data()).toEqual(await eager.data());
  });

  it("make a model that classifies them", () => {
    const x = input({ shape: [null, null, 1] });
    const features = layers.maxPooling2d().apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }).apply(x));
    const y = layers.dense({ units: 3 }).apply(layers.globalAveragePooling2d().apply(features));
    const classifier = model({ inputs: x, outputs: y });
    expect(classifier.predict(ones([2, 8, 6, 1])).shape).toEqual([2, 3]);
    expect(classifier.predict(ones([1, 5, 9, 1])).shape).toEqual([1, 3]);
  });
});

it("half precision: weights stay float32, results are float16", () => {
  const x = input({ shape: [4, 4, 2] });
  for (const layer of [
    layers.conv2d({ filters: 2, kernelSize: 2, dtype: "mixed_float16" }),
    layers.conv2dTranspose({ filters: 2, kernelSize: 2, dtype: "mixed_float16" }),
    layers.separableConv2d({ filters: 2, kernelSize: 2, dtype: "mixed_float16" }),
  ]) {
    expect(layer.apply(x).dtype).toBe("float16");
    expect(layer.weights.map((v) => v.dtype)).toEqual(layer.weights.map(() => "float32"));
  }
  expect(layers.averagePooling2d({ dtype: "mixed_float16" }).apply(x).dtype).toBe("float16");
});

it("pixels stay pixels where they are resized, and become floats where they are rescaled", () => {
  const pixels = ones([1, 3, 3, 1], "uint8");
  expect(layers.resizing({ height: 2, width: 2 }).apply(pixels).dtype).toBe("uint8");
  expect(layers.rescaling({ scale: 1 / 255 }).apply(pixels).dtype).toBe("float32");
});

describe("wrong options and inputs", () => {
  it.each([
    [() => layers.conv1d({ filters: 0, kernelSize: 2 }), "Conv1D: filters must be a positive integer, got 0."],
    [() => layers.conv2d({ filters: 1, kernelSize: 2, padding: "causal" as never }), 'padding must be "valid" or "same", got "causal".'],
    [() => layers.conv2d({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }), "strides and dilationRate cannot both be above 1."],
    [() => layers.conv3d({ filters: 1, kernelSize: [1, 2] as never }), "Conv3D: kernelSize must be one or 3 positive integers, got [1,2]."],
    [
      () => layers.conv2dTranspose({ filters: 1, kernelSize: 2, strides: 2, outputPadding: 2 }),
      "Conv2DTranspose: outputPadding [2,2] must be less than the strides [2,2].",
    ],
    [() => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 0 }), "depthMultiplier must be a positive integer, got 0."],
    [() => layers.maxPooling1d({ poolSize: 0 }), "MaxPooling1D: poolSize must be one positive integer, got 0."],
    [() => layers.adaptiveMaxPooling3d({ outputSize: [2, 2] as never }), "outputSize must be one or 3 positive integers, got [2,2]."],
    [() => layers.zeroPadding1d({ padding: -1 }), "ZeroPadding1D: padding must be one or two integers of at least 0, got -1."],
    [
      () => layers.cropping2d({ cropping: [1, 2, 3] as never }),
      "cropping must be one integer of at least 0, 2 of them, or 2 pairs, got [1,2,3].",
    ],
    [() => layers.upSampling2d({ interpolation: "cubic" as never }), 'interpolation must be "bilinear" or "nearest" or'],
    [() => layers.reshape({ targetShape: [-1, -1] }), "Reshape: targetShape must hold sizes, and -1 at most once, got [-1, -1]."],
    [() => layers.permute({ dims: [0, 1] }), "Permute: dims must be the numbers from 1 to 2 in some order, got [0, 1]."],
    [() => layers.repeatVector({ n: 1.5 }), "RepeatVector: n must be a positive integer, got 1.5."],
    [
      () => layers.resizing({ height: 2, width: 2, cropToAspectRatio: true, padToAspectRatio: true }),
      "Resizing: cropToAspectRatio and padToAspectRatio cannot both be true.",
    ],
    [() => layers.conv2d({ filters: 2, kernelSize: 1, groups: 2 }).apply(ones([1, 2, 2, 3])), "3 channels cannot be cut into 2 groups."],
    [() => layers.conv1d({ filters: 2, kernelSize: 1 }).build([2, 3]), "Conv1D: needs an input of 3 axes with a known number of channels."],
    [() => layers.reshape({ targetShape: [5, -1] }).apply(ones([2, 4])), "Reshape: 4 elements of each input do not fill [5, -1]."],
    [() => layers.cropping1d({ cropping: [2, 1] }).apply(ones([1, 3, 1])), "Cropping1D: nothing is left once [2,1] are cropped."],
    [() => layers.resizing({ height: 2, width: 2 }).apply(ones([2, 2])), "Resizing: needs one image of 3 axes, or a batch of 4."],
  ] as readonly (readonly [() => unknown, string])[])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});

it("Keras's other names stand for the same layers, in code and in files", () => {
  expect(layers.Convolution2D).toBe(layers.Conv2D);
  expect(layers.globalAvgPool1d).toBe(layers.globalAveragePooling1d);
  const saved = serializeLayer(layers.maxPool2d({ poolSize: 3 }));
  expect(saved.class_name).toBe("MaxPooling2D");
  expect(deserializeLayer({ ...saved, class_name: "MaxPool2D" })).toBeInstanceOf(layers.MaxPooling2D);
});
