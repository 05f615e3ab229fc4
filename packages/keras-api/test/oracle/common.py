"""What all families of cases share: determinism, and numbers as JSON holds them."""
import base64
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "80"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.experimental.enable_op_determinism()


def numbers(x):
    """A tensor: its shape, dtype, and bytes in base64, little endian. 64-bit values become 32-bit ones."""
    x = np.asarray(x)
    narrow = {"float64": "float32", "int64": "int32", "uint64": "uint32"}
    x = x.astype(narrow.get(x.dtype.name, x.dtype.name))
    return {"shape": list(x.shape), "dtype": x.dtype.name, "base64": base64.b64encode(np.ascontiguousarray(x).tobytes()).decode()}


def array(n):
    """Back from `numbers`."""
    return np.frombuffer(base64.b64decode(n["base64"]), n["dtype"]).reshape(n["shape"])


def fresh(seed=0):
    """Names and seeds as in a new process."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)


def draw(shape, seed=0, low=-1.0, high=1.0):
    """Reals with a few exact binary digits, so that they read well and sums are kind."""
    rng = np.random.default_rng(seed)
    return (np.round(rng.uniform(low, high, shape) * 256) / 256).astype("float32")
