// Why a name of Keras is not covered: one reason for all names that a pattern finds; the first that fits holds.

interface Reason {
  readonly of: RegExp;
  readonly why: string;
}

export const reasons: readonly Reason[] = [
  // Never.
  { of: /layers\.(FlaxLayer|JaxLayer|TorchModuleWrapper)$/, why: "of another framework" },
  { of: /layers\.TFSMLayer$/, why: "TensorFlow-only: runs a SavedModel inside of TensorFlow" },
  { of: /callbacks\.OrbaxCheckpoint$/, why: "JAX-only" },
  { of: /keras\.(StatelessScope|SymbolicScope|device|name_scope)$/, why: "a matter of Keras's own backends" },
  { of: /keras\.(__version__|version)$/, why: "the version is the package's" },
  { of: /keras\.(Operation|Function)$|\.InputSpec$|callbacks\.CallbackList$|layers\.Wrapper$/, why: "inside, not public here" },
  { of: /FloatDTypePolicy$/, why: "an alias of `DTypePolicy`" },
  { of: /TernaryD/, why: "new in Keras 3.16; the fixtures are of 3.15" },

  // There, but no case of Keras's judges it.
  { of: /\.Input$/, why: "makes an `InputLayer`; no case of its own" },
  {
    of: /layers\.(add|average|concatenate|dot|maximum|minimum|multiply|subtract)$/,
    why: "here it makes the layer: `layers.add().apply([x, y])`",
  },
  { of: /\.DTypePolicy$|mixed_precision\.(Policy|\w+_policy)$/, why: "judged within layers only; no case of its own" },
  { of: /callbacks\.(BackupAndRestore|CSVLogger|ModelCheckpoint)$/, why: "writes files: tested by what they hold" },
  { of: /callbacks\.(SwapEMAWeights|TerminateOnNaN|LambdaCallback)$/, why: "tested by what it does, not against Keras" },
  { of: /callbacks\.ProgbarLogger$/, why: "its lines are compared through `Progbar`, which is not public here" },
  { of: /keras\.KerasTensor$/, why: "part of every functional model; no case of its own" },
  { of: /keras\.Variable$/, why: "`Variable` of tensor-core; no case of its own" },

  // Later.
  { of: /keras\.(RematScope|remat)$/, why: "later: autodiff has recomputation, models do not ask for it yet" },
  {
    of: /models\.clone_model$|saving\.(KerasFileEditor|\w*custom_object\w*|CustomObjectScope|\w+_keras_object|get_registered_\w+)$/,
    why: "later: saving",
  },
  { of: /layers\.ConvLSTM\dD$/, why: "later: recurrent convolutions" },
  { of: /layers\.(Lambda|ReversibleEmbedding)$/, why: "later: core layers" },
  { of: /optimizers\.OptimizerMap$/, why: "judged within `MultiOptimizer` only; no case of its own" },
  { of: /callbacks\.(RemoteMonitor|TensorBoard)$/, why: "later: monitoring" },
  { of: /Quantize|Int4|AWQ|GPTQ|Quantizer/, why: "later: quantization" },
  { of: /dtype_policies\./, why: "later: policies as a family" },
  { of: /layers\.(MelSpectrogram|STFTSpectrogram)$/, why: "later: audio" },
  {
    of: /layers\.(AugMix|AutoContrast|Contrast\w+|CutMix|Equalization|MaxNumBoundingBoxes|MixUp|RandAugment|Random\w+|Solarization|Pipeline)$/,
    why: "later: vision",
  },
  {
    of: /layers\.(CategoryEncoding|Discretization|HashedCrossing|Hashing|IntegerLookup|Normalization|StringLookup|TextVectorization)$/,
    why: "later: preprocessing",
  },
];
