"""The benchmark's initial weights: Glorot uniform, the same bits as weights.ts.

One mulberry32 stream (see data.py) with seed 2 fills the kernels in Keras's order of
weights, each in row-major order: w = (2 * uniform - 1) * sqrt(6 / (fan_in + fan_out)),
computed in float64 and rounded to float32 once. Convolution kernels are [height, width,
in, out], dense ones [in, out]; a recurrent layer has a second one, [out / gates, out];
an attention's are [in, heads, size] and [heads, size, out]. The fans are the last two
sizes, each times all sizes before them, as in Keras. Biases, betas and moving means are
zero, gammas and moving variances one; they take nothing from the stream.
"""

import math

import numpy as np

from data import WEIGHT_SEED, random_bits, uniform

Weights = dict[str, tuple[int, ...]]


def dense(layer: str, inputs: int, units: int) -> Weights:
    """Return the weights of a dense layer."""
    return {f"{layer}/kernel": (inputs, units), f"{layer}/bias": (units,)}


def conv(layer: str, size: int, inputs: int, filters: int) -> Weights:
    """Return the weights of a convolution with a square window."""
    return {f"{layer}/kernel": (size, size, inputs, filters), f"{layer}/bias": (filters,)}


def lstm(layer: str, inputs: int, units: int) -> Weights:
    """Return the weights of an LSTM, whose four gates lie side by side."""
    return {
        f"{layer}/kernel": (inputs, 4 * units),
        f"{layer}/recurrent_kernel": (units, 4 * units),
        f"{layer}/bias": (4 * units,),
    }


def attention(layer: str, features: int, heads: int, size: int) -> Weights:
    """Return the weights of an attention with several heads."""
    weights = {}
    for part in ("query", "key", "value"):
        weights[f"{layer}/{part}/kernel"] = (features, heads, size)
        weights[f"{layer}/{part}/bias"] = (heads, size)
    weights[f"{layer}/output/kernel"] = (heads, size, features)
    weights[f"{layer}/output/bias"] = (features,)
    return weights


def layer_norm(layer: str, features: int) -> Weights:
    """Return the weights of a normalisation over features."""
    return {f"{layer}/gamma": (features,), f"{layer}/beta": (features,)}


def batch_norm(layer: str, features: int) -> Weights:
    """Return the weights of a normalisation over the batch."""
    moving = ("moving_mean", "moving_variance")
    return layer_norm(layer, features) | {f"{layer}/{m}": (features,) for m in moving}


def separable(number: int, inputs: int, filters: int) -> Weights:
    """Return the weights of a depthwise convolution and one of single pixels."""
    return {
        f"depthwise_{number}/kernel": (3, 3, inputs, 1),
        **batch_norm(f"depthwise_norm_{number}", inputs),
        f"pointwise_{number}/kernel": (1, 1, inputs, filters),
        **batch_norm(f"pointwise_norm_{number}", filters),
    }


WEIGHT_SHAPES: dict[str, Weights] = {
    "mlp": dense("dense_1", 784, 512)
    | dense("dense_2", 512, 512)
    | dense("dense_3", 512, 10),
    "cnn": conv("conv_1", 3, 1, 32)
    | conv("conv_2", 3, 32, 64)
    | dense("dense_1", 1600, 128)
    | dense("dense_2", 128, 10),
    "readme-cnn": conv("conv_1", 3, 3, 32)
    | dense("dense_1", 7200, 100)
    | dense("dense_2", 100, 10),
    "lstm": lstm("lstm_1", 64, 128) | dense("dense_1", 128, 10),
    "transformer": attention("attention_1", 256, 8, 32)
    | layer_norm("norm_1", 256)
    | dense("dense_1", 256, 1024)
    | dense("dense_2", 1024, 256)
    | layer_norm("norm_2", 256)
    | dense("dense_3", 256, 10),
    "separable-cnn": {"conv_1/kernel": (3, 3, 3, 32)}
    | batch_norm("conv_norm_1", 32)
    | separable(1, 32, 64)
    | separable(2, 64, 128)
    | separable(3, 128, 256)
    | dense("dense_1", 256, 10),
}
CONSTANTS = {"bias": 0, "beta": 0, "moving_mean": 0, "gamma": 1, "moving_variance": 1}


def initial_weights(model: str) -> dict[str, np.ndarray]:
    """Return float32 arrays by name ("dense_1/kernel"), in Keras's order of weights."""
    weights = {}
    start = 0
    for name, shape in WEIGHT_SHAPES[model].items():
        role = name.rpartition("/")[2]
        if role in CONSTANTS:
            weights[name] = np.full(shape, CONSTANTS[role], np.float32)
            continue
        count = math.prod(shape)
        field = math.prod(shape[:-2])
        limit = math.sqrt(6 / (field * (shape[-2] + shape[-1])))
        kernel = (2 * uniform(random_bits(WEIGHT_SEED, start, count)) - 1) * limit
        weights[name] = kernel.astype(np.float32).reshape(shape)
        start += count
    return weights


def read_weights(path: str, model: str) -> dict[str, np.ndarray]:
    """Read the weights of a model from a file: raw little-endian float32, in order."""
    values = np.fromfile(path, "<f4")
    weights = initial_weights(model)
    expected = sum(weight.size for weight in weights.values())
    if values.size != expected:
        raise ValueError(f"{path}: got {values.size} numbers, {model} has {expected}")
    ends = np.cumsum([weight.size for weight in weights.values()])
    return {
        name: part.reshape(weight.shape)
        for (name, weight), part in zip(weights.items(), np.split(values, ends[:-1]))
    }
