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
export { Bidirectional, type BidirectionalOptions, bidirectional, type MergeMode } from "./rnn/bidirectional.ts";
export { type CellCall, RNNCell } from "./rnn/cell.ts";
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions, gru, gruCell } from "./rnn/gru.ts";
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions, lstm, lstmCell } from "./rnn/lstm.ts";
export { RNN, type RNNCall, type RNNOptions, type RNNOutput, rnn, type SequenceOptions } from "./rnn/rnn.ts";
export { SimpleRNN, SimpleRNNCell, type SimpleRNNCellOptions, type SimpleRNNOptions, simpleRnn, simpleRnnCell } from "./rnn/simple-rnn.ts";
export { StackedRNNCells, type StackedRNNCellsOptions, stackedRnnCells } from "./rnn/stacked.ts";
export { TimeDistributed, type TimeDistributedOptions, timeDistributed } from "./rnn/time-distributed.ts";
