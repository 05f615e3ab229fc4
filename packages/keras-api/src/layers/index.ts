/** Layers: a class and a factory each. */
export { Layer } from "../layer.ts";
export { Activation, type ActivationOptions, activation } from "./activation.ts";
export { ActivityRegularization, type ActivityRegularizationOptions, activityRegularization } from "./activity-regularization.ts";
export { AdditiveAttention, additiveAttention } from "./additive-attention.ts";
export { Attention, type AttentionOptions, attention, type SimpleAttentionCall, type SimpleAttentionOptions } from "./attention.ts";
export { BatchNormalization, type BatchNormalizationOptions, batchNormalization } from "./batch-normalization.ts";
export { Concatenate, type ConcatenateOptions, concatenate } from "./concatenate.ts";
export { Conv2D, type Conv2DOptions, conv2d } from "./conv2d.ts";
export { Dense, type DenseOptions, dense } from "./dense.ts";
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
export { GroupNormalization, type GroupNormalizationOptions, groupNormalization } from "./group-normalization.ts";
export { GroupQueryAttention, type GroupQueryAttentionOptions, groupQueryAttention } from "./group-query-attention.ts";
export type { AttentionCall, HeadedAttentionOptions } from "./headed-attention.ts";
export { Identity, identity } from "./identity.ts";
export type { DataFormat, Pair } from "./images.ts";
export { InputLayer, type InputOptions, input } from "./input-layer.ts";
export { Lambda, type LambdaOptions, lambda } from "./lambda.ts";
export { LayerNormalization, type LayerNormalizationOptions, layerNormalization } from "./layer-normalization.ts";
export { Masking, type MaskingOptions, masking } from "./masking.ts";
export { MaxPooling2D, type MaxPooling2DOptions, maxPooling2d } from "./max-pooling2d.ts";
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
export { PReLU, type PReLUOptions, prelu } from "./prelu.ts";
export { ELU, type ELUOptions, elu, LeakyReLU, type LeakyReLUOptions, leakyReLU, ReLU, type ReLUOptions, reLU } from "./relu.ts";
export type { RenormClipping } from "./renorm.ts";
export { RMSNormalization, type RMSNormalizationOptions, rmsNormalization } from "./rms-normalization.ts";
export { Bidirectional, type BidirectionalOptions, bidirectional, type MergeMode } from "./rnn/bidirectional.ts";
export { type CellCall, RNNCell } from "./rnn/cell.ts";
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions, gru, gruCell } from "./rnn/gru.ts";
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions, lstm, lstmCell } from "./rnn/lstm.ts";
export { RNN, type RNNCall, type RNNOptions, type RNNOutput, rnn, type SequenceOptions } from "./rnn/rnn.ts";
export { SimpleRNN, SimpleRNNCell, type SimpleRNNCellOptions, type SimpleRNNOptions, simpleRnn, simpleRnnCell } from "./rnn/simple-rnn.ts";
export { StackedRNNCells, type StackedRNNCellsOptions, stackedRnnCells } from "./rnn/stacked.ts";
export { TimeDistributed, type TimeDistributedOptions, timeDistributed } from "./rnn/time-distributed.ts";
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
export { Wrapper, type WrapperOptions } from "./wrapper.ts";
