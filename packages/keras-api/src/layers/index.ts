/** Layers: a class and a factory each. */
export { Layer } from "../layer.ts";
export { Activation, type ActivationOptions, activation } from "./activation.ts";
export { ActivityRegularization, type ActivityRegularizationOptions, activityRegularization } from "./activity-regularization.ts";
export {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  type AdaptivePoolingOptions,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from "./adaptive-pooling.ts";
export { AdditiveAttention, additiveAttention } from "./additive-attention.ts";
export * from "./aliases.ts";
export { Attention, type AttentionOptions, attention, type SimpleAttentionCall, type SimpleAttentionOptions } from "./attention.ts";
export {
  AveragePooling1D,
  type AveragePooling1DOptions,
  AveragePooling2D,
  type AveragePooling2DOptions,
  AveragePooling3D,
  type AveragePooling3DOptions,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
} from "./average-pooling.ts";
export { BatchNormalization, type BatchNormalizationOptions, batchNormalization } from "./batch-normalization.ts";
export type { Borders, BordersLike } from "./borders.ts";
export { CenterCrop, type CenterCropOptions, centerCrop } from "./center-crop.ts";
export { Concatenate, type ConcatenateOptions, concatenate } from "./concatenate.ts";
export {
  Conv1D,
  type Conv1DOptions,
  Conv2D,
  type Conv2DOptions,
  Conv3D,
  type Conv3DOptions,
  type ConvOptions,
  conv1d,
  conv2d,
  conv3d,
} from "./conv.ts";
export {
  Conv1DTranspose,
  type Conv1DTransposeOptions,
  Conv2DTranspose,
  type Conv2DTransposeOptions,
  Conv3DTranspose,
  type Conv3DTransposeOptions,
  type ConvTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from "./conv-transpose.ts";
export type { ConvolutionOptions, ConvolutionPadding } from "./convolution.ts";
export {
  Cropping1D,
  type Cropping1DOptions,
  Cropping2D,
  type Cropping2DOptions,
  Cropping3D,
  type Cropping3DOptions,
  type CroppingOptions,
  cropping1d,
  cropping2d,
  cropping3d,
} from "./cropping.ts";
export { Dense, type DenseOptions, dense } from "./dense.ts";
export {
  DepthwiseConv1D,
  type DepthwiseConv1DOptions,
  DepthwiseConv2D,
  type DepthwiseConv2DOptions,
  type DepthwiseConvOptions,
  depthwiseConv1d,
  depthwiseConv2d,
} from "./depthwise-conv.ts";
export { Dot, type DotOptions, dot } from "./dot.ts";
export { Dropout, type DropoutOptions, dropout } from "./dropout.ts";
export { EinsumDense, type EinsumDenseOptions, einsumDense } from "./einsum-dense.ts";
export {
  Add,
  Average,
  add,
  average,
  Maximum,
  Minimum,
  Multiply,
  maximum,
  minimum,
  multiply,
  Subtract,
  subtract,
} from "./elementwise-merges.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./embedding.ts";
export { Flatten, type FlattenOptions, flatten } from "./flatten.ts";
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  type GlobalPoolingOptions,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
export { GroupNormalization, type GroupNormalizationOptions, groupNormalization } from "./group-normalization.ts";
export { GroupQueryAttention, type GroupQueryAttentionOptions, groupQueryAttention } from "./group-query-attention.ts";
export type { AttentionCall, HeadedAttentionOptions } from "./headed-attention.ts";
export { Identity, identity } from "./identity.ts";
export type { DataFormat, Pair, Single, Sizes, Triple } from "./images.ts";
export { InputLayer, type InputOptions, input } from "./input-layer.ts";
export type { Interpolation } from "./interpolation.ts";
export { Lambda, type LambdaOptions, lambda } from "./lambda.ts";
export { LayerNormalization, type LayerNormalizationOptions, layerNormalization } from "./layer-normalization.ts";
export { Masking, type MaskingOptions, masking } from "./masking.ts";
export {
  MaxPooling1D,
  type MaxPooling1DOptions,
  MaxPooling2D,
  type MaxPooling2DOptions,
  MaxPooling3D,
  type MaxPooling3DOptions,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from "./max-pooling.ts";
export { MultiHeadAttention, type MultiHeadAttentionOptions, multiHeadAttention } from "./multi-head-attention.ts";
export {
  AlphaDropout,
  type AlphaDropoutOptions,
  alphaDropout,
  GaussianDropout,
  type GaussianDropoutOptions,
  GaussianNoise,
  type GaussianNoiseOptions,
  gaussianDropout,
  gaussianNoise,
  type NoiseOptions,
} from "./noise.ts";
export { Permute, type PermuteOptions, permute } from "./permute.ts";
export type { PoolingOptions } from "./pooling.ts";
export { PReLU, type PReLUOptions, prelu } from "./prelu.ts";
export { ELU, type ELUOptions, elu, LeakyReLU, type LeakyReLUOptions, leakyReLU, ReLU, type ReLUOptions, reLU } from "./relu.ts";
export type { RenormClipping } from "./renorm.ts";
export { RepeatVector, type RepeatVectorOptions, repeatVector } from "./repeat-vector.ts";
export { Rescaling, type RescalingOptions, rescaling } from "./rescaling.ts";
export { Reshape, type ReshapeOptions, reshape } from "./reshape.ts";
export { Resizing, type ResizingOptions, resizing } from "./resizing.ts";
export { RMSNormalization, type RMSNormalizationOptions, rmsNormalization } from "./rms-normalization.ts";
export { Bidirectional, type BidirectionalOptions, bidirectional, type MergeMode } from "./rnn/bidirectional.ts";
export { type CellCall, RNNCell } from "./rnn/cell.ts";
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions, gru, gruCell } from "./rnn/gru.ts";
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions, lstm, lstmCell } from "./rnn/lstm.ts";
export { RNN, type RNNCall, type RNNOptions, type RNNOutput, rnn, type SequenceOptions } from "./rnn/rnn.ts";
export { SimpleRNN, SimpleRNNCell, type SimpleRNNCellOptions, type SimpleRNNOptions, simpleRnn, simpleRnnCell } from "./rnn/simple-rnn.ts";
export { StackedRNNCells, type StackedRNNCellsOptions, stackedRnnCells } from "./rnn/stacked.ts";
export { TimeDistributed, type TimeDistributedOptions, timeDistributed } from "./rnn/time-distributed.ts";
export {
  SeparableConv1D,
  type SeparableConv1DOptions,
  SeparableConv2D,
  type SeparableConv2DOptions,
  type SeparableConvOptions,
  separableConv1d,
  separableConv2d,
} from "./separable-conv.ts";
export { Softmax, type SoftmaxOptions, softmax } from "./softmax.ts";
export {
  type ImageDropoutOptions,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  type SpatialDropoutOptions,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from "./spatial-dropout.ts";
export { SpectralNormalization, type SpectralNormalizationOptions, spectralNormalization } from "./spectral-normalization.ts";
export { UnitNormalization, type UnitNormalizationOptions, unitNormalization } from "./unit-normalization.ts";
export {
  UpSampling1D,
  type UpSampling1DOptions,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  type UpSampling3DOptions,
  upSampling1d,
  upSampling2d,
  upSampling3d,
} from "./up-sampling.ts";
export { Wrapper, type WrapperOptions } from "./wrapper.ts";
export {
  ZeroPadding1D,
  type ZeroPadding1DOptions,
  ZeroPadding2D,
  type ZeroPadding2DOptions,
  ZeroPadding3D,
  type ZeroPadding3DOptions,
  type ZeroPaddingOptions,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
} from "./zero-padding.ts";
