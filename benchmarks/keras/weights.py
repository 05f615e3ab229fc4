"""The benchmark's initial weights: Glorot uniform, the same bits as weights.ts.

One mulberry32 stream (see data.py) with seed 2 fills the kernels in layer order, each
in row-major order: w = (2 * uniform - 1) * sqrt(6 / (fan_in + fan_out)), computed in
float64 and rounded to float32 once. Convolution kernels are [height, width, in, out],
dense ones [in, out]; a recurrent layer has a second one, [out / gates, out]. A
convolution's fans are height * width * in and height * width *
out. Biases are zero and take nothing from the stream.
"""

import math

import numpy as np

from data import WEIGHT_SEED, random_bits, uniform

KERNEL_SHAPES = {
    "mlp": {"dense_1": [(784, 512)], "dense_2": [(512, 512)], "dense_3": [(512, 10)]},
    "cnn": {
        "conv_1": [(3, 3, 1, 32)],
        "conv_2": [(3, 3, 32, 64)],
        "dense_1": [(1600, 128)],
        "dense_2": [(128, 10)],
    },
    "readme-cnn": {
        "conv_1": [(3, 3, 3, 32)],
        "dense_1": [(7200, 100)],
        "dense_2": [(100, 10)],
    },
    "lstm": {"lstm_1": [(64, 512), (128, 512)], "dense_1": [(128, 10)]},
}
ROLES = ("kernel", "recurrent_kernel")


def initial_weights(model: str) -> dict[str, np.ndarray]:
    """Return float32 arrays by name ("dense_1/kernel"), in Keras's order of weights."""
    weights = {}
    start = 0
    for layer, shapes in KERNEL_SHAPES[model].items():
        for role, shape in zip(ROLES, shapes):
            count = math.prod(shape)
            field = math.prod(shape[:-2])
            limit = math.sqrt(6 / (field * (shape[-2] + shape[-1])))
            kernel = (2 * uniform(random_bits(WEIGHT_SEED, start, count)) - 1) * limit
            weights[f"{layer}/{role}"] = kernel.astype(np.float32).reshape(shape)
            start += count
        weights[f"{layer}/bias"] = np.zeros(shapes[0][-1], np.float32)
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
