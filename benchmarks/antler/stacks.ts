/** The benchmark's models through a Keras API in JavaScript: those of keras/models.py, of any width. */
import type { layers as all } from "@antler/keras-api";
import type { Tensor } from "@antler/tensor-core";
import type { ModelName } from "../keras/data.ts";

/** The layers they are made of: Antler's, or those of another library that has Keras's names for them. */
export type Layers = Pick<
  typeof all,
  | "add"
  | "batchNormalization"
  | "conv2d"
  | "dense"
  | "depthwiseConv2d"
  | "flatten"
  | "globalAveragePooling1d"
  | "globalAveragePooling2d"
  | "layerNormalization"
  | "lstm"
  | "maxPooling2d"
  | "multiHeadAttention"
  | "reLU"
>;

/** Makes what lies between a model's input and its last layer. */
export type Stack = (x: Tensor, width: number) => Tensor;

/** `width` is the units or filters of the first layer, or the size of a head; other layers follow it. */
export function stacks(layers: Layers): Readonly<Record<ModelName, Stack>> {
  const relu = (units: number, x: Tensor): Tensor => layers.dense({ units, activation: "relu" }).apply(x);
  const convolved = (filters: number, x: Tensor): Tensor => layers.conv2d({ filters, kernelSize: 3, activation: "relu" }).apply(x);
  const normalised = (x: Tensor): Tensor => layers.reLU().apply(layers.batchNormalization().apply(x));
  return {
    mlp: (x, width) => relu(width, relu(width, x)),
    cnn(x, width) {
      const first = layers.maxPooling2d({ poolSize: 2 }).apply(convolved(width, x));
      const second = layers.maxPooling2d({ poolSize: 2 }).apply(convolved(2 * width, first));
      return relu(4 * width, layers.flatten().apply(second));
    },
    "readme-cnn": (x, width) => relu(100, layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(convolved(width, x)))),
    lstm: (x, width) => layers.lstm({ units: width, recurrentActivation: "sigmoid" }).apply(x),
    transformer(x, width) {
      const attended = layers.multiHeadAttention({ numHeads: 8, keyDim: width }).apply(x, { value: x });
      const features = x.dims.at(-1) as number;
      const half = layers.layerNormalization().apply(layers.add().apply([x, attended]));
      const wide = layers.dense({ units: features }).apply(relu(4 * features, half));
      return layers.globalAveragePooling1d({}).apply(layers.layerNormalization().apply(layers.add().apply([half, wide])));
    },
    "separable-cnn"(x, width) {
      let y = normalised(layers.conv2d({ filters: width, kernelSize: 3, padding: "same", useBias: false }).apply(x));
      for (const [times, strides] of [
        [2, 1],
        [4, 2],
        [8, 2],
      ] as const) {
        y = normalised(layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false }).apply(y));
        y = normalised(layers.conv2d({ filters: times * width, kernelSize: 1, useBias: false }).apply(y));
      }
      return layers.globalAveragePooling2d({}).apply(y);
    },
  };
}
