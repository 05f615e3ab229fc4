// The network for Fashion-MNIST: two convolutions, each halved by pooling, then half of what they found dropped, then a decision.
import { type Layer, layers } from "@antler/keras-api";

/** [28, 28, 1] → probabilities of ten classes. */
export const fashionLayers = (): Layer[] => [
  layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
  layers.maxPooling2d(),
  layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 10, activation: "softmax" }),
];
