"""The benchmark's training data: deterministic, learnable, the same bits as data.ts.

The recipe. `random_bits(seed)` is mulberry32, whose n-th value (n = 0, 1, ...) is

    s = seed + (n + 1) * 0x6D2B79F5
    t = (s ^ s >> 15) * (s | 1)
    t = t ^ (t + (t ^ t >> 7) * (t | 61))
    value = t ^ t >> 14

with unsigned 32-bit arithmetic throughout. Its upper 24 bits make a `uniform` number
in [0, 1) that float32 holds exactly. With seed 1, value n becomes element n of the
images [count, height, width, channels]:

    label[i] = i * 7 % 10
    image[i, y, x, c] = (3 * uniform + bump) / 4

computed in float64 and rounded to float32 once, where bump is 1 in the label's cell
and 0 elsewhere. The cells are height // 4 high and width // 4 wide; label k has
the cell in row k // 4 and column k % 4 of that 4 x 4 grid. So faint a bump keeps the
loss of the first 20 steps well above 0: a brighter one is learnt so soon that there
is little left to compare.
"""

from dataclasses import dataclass

import numpy as np

DATA_SEED = 1
WEIGHT_SEED = 2


@dataclass(frozen=True)
class TrainingSet:
    """What one model trains on: the shape of an image and the batch size."""

    image_shape: tuple[int, int, int]
    batch_size: int


TRAINING_SETS = {
    "mlp": TrainingSet(image_shape=(28, 28, 1), batch_size=128),
    "cnn": TrainingSet(image_shape=(28, 28, 1), batch_size=64),
    "readme-cnn": TrainingSet(image_shape=(32, 32, 3), batch_size=32),
    # Each row of an image is a step.
    "lstm": TrainingSet(image_shape=(64, 64, 1), batch_size=32),
    "transformer": TrainingSet(image_shape=(128, 256, 1), batch_size=8),
    "separable-cnn": TrainingSet(image_shape=(56, 56, 3), batch_size=16),
}


def random_bits(seed: int, start: int, count: int) -> np.ndarray:
    """Return values `start` to `start + count` of mulberry32, uint32 [count]."""
    n = np.arange(start + 1, start + 1 + count, dtype=np.uint64)
    s = (np.uint64(seed) + n * np.uint64(0x6D2B79F5)).astype(np.uint32)
    t = (s ^ s >> np.uint32(15)) * (s | np.uint32(1))
    t ^= t + (t ^ t >> np.uint32(7)) * (t | np.uint32(61))
    return t ^ t >> np.uint32(14)


def uniform(bits: np.ndarray) -> np.ndarray:
    """Return numbers in [0, 1) from the upper 24 bits, float64 of the same shape."""
    return (bits >> np.uint32(8)) / 2.0**24


def training_data(model: str, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `steps` batches for a model.

    The images are float32 [steps * batch, height, width, channels], the labels int32
    [steps * batch].
    """
    spec = TRAINING_SETS[model]
    height, width, channels = spec.image_shape
    count = steps * spec.batch_size
    labels = (np.arange(count) * 7 % 10).astype(np.int32)
    images = np.empty((count, *spec.image_shape), np.float32)
    size = height * width * channels
    for i, label in enumerate(labels.tolist()):
        noise = uniform(random_bits(DATA_SEED, i * size, size))
        image = 3 * noise.reshape(spec.image_shape)
        top, left = label // 4 * (height // 4), label % 4 * (width // 4)
        image[top : top + height // 4, left : left + width // 4] += 1
        images[i] = image / 4
    return images, labels


def checksum(values: np.ndarray) -> int:
    """Return FNV-1a over the values' 32-bit words, in order."""
    words = np.ascontiguousarray(values).reshape(-1).view(np.uint32)
    result = 2166136261
    for word in words.tolist():
        result = (result ^ word) * 16777619 & 0xFFFFFFFF
    return result
