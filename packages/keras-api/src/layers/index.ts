/** Layers: a class and a factory each. */
export { Layer } from "../layer.ts";
export { Activation, type ActivationOptions, activation } from "./activation.ts";
export { Conv2D, type Conv2DOptions, conv2d } from "./conv2d.ts";
export { Dense, type DenseOptions, dense } from "./dense.ts";
export { Dropout, type DropoutOptions, dropout } from "./dropout.ts";
export { Flatten, type FlattenOptions, flatten } from "./flatten.ts";
export type { DataFormat, Pair } from "./images.ts";
export { InputLayer, type InputOptions, input } from "./input-layer.ts";
export { MaxPooling2D, type MaxPooling2DOptions, maxPooling2d } from "./max-pooling2d.ts";
