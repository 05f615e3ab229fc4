"""Writes golden.json: what Keras on TensorFlow gives for the cases the tests compare with.

    python generate.py [--check]

Needs keras 3 and tensorflow-cpu. The file holds their versions and this script's hash.
"""
import contextlib
import hashlib
import io
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "80"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

L = keras.layers
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "scripts" / "oracle"))
from golden import finish  # noqa: E402


def numbers(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(v) if x.dtype.kind == "f" else int(v) for v in x.ravel()]}


def fresh():
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)


def dropout():
    layer = L.Dropout(0.4, seed=11)
    x = np.ones((3, 5), "float32")
    return [numbers(layer(x, training=True)) for _ in range(3)]


def configs():
    fresh()
    model = digits()
    return {
        "names": [layer.name for layer in model.layers] + [model.name],
        "paths": [v.path for v in model.weights],
    }


def digits():
    fresh()
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(32, (3, 3), activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(100, activation="relu"),
            L.Dense(10, activation="softmax"),
        ]
    )


def text(model, **options):
    lines = []
    model.summary(print_fn=lambda s, line_break=True: lines.append(s), **options)
    return "".join(lines)


def summaries():
    model = digits()
    built = text(model)
    narrow = text(model, line_length=50)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(np.zeros((2, 8, 8, 1), "float32"), np.zeros((2,), "int32"), verbose=0)
    compiled = text(model)
    fresh()
    frozen = L.Dense(3, trainable=False)
    unbuilt = keras.Sequential(
        [frozen, L.Dropout(0.5), L.Dense(2, name="a_very_long_layer_name_that_must_be_cut_somewhere_in_the_table")], name="lazy"
    )
    before = text(unbuilt)
    unbuilt.build((None, 5))
    return {"digits": built, "narrow": narrow, "compiled": compiled, "unbuilt": before, "frozen": text(unbuilt)}


def progress():
    """Lines as Keras writes them where there is no terminal, with their times taken out of its hands."""
    import keras.src.utils.progbar as module

    class Clock:
        def __init__(self, times):
            self.times = list(times)

        def time(self):
            return self.times.pop(0) if len(self.times) > 1 else self.times[0]

    cases = [
        (40, {"accuracy": 0.54341, "loss": 1.44196, "val_loss": 1e-5}, [100.0, 100.5, 101.4]),
        (1, {"loss": 123456.789}, [100.0, 100.0004, 100.0004]),
        (7, {"loss": float("nan"), "a": 0.0, "b": -0.00012345}, [100.0, 110.0, 190.0]),
        (100, {"loss": 2.0}, [0.0, 1.0, 100.0]),
    ]
    out = []
    for target, values, times in cases:
        entry = {"target": target, "values": values, "times": times}
        for verbose in (1, 2):
            real = module.time
            module.time = Clock([times[0], times[1], times[2]])
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                bar = keras.utils.Progbar(target, verbose=verbose, stateless_metrics=set())
                bar.update(1, list(values.items()), finalize=False) if target > 1 else None
                bar.update(target, list(values.items()), finalize=True)
            module.time = real
            entry[f"verbose{verbose}"] = printed.getvalue()
        entry["values"] = {k: None if np.isnan(v) else v for k, v in values.items()}
        out.append(entry)
    return out


def main():
    script = pathlib.Path(__file__).read_bytes()
    golden = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "script": hashlib.sha256(script).hexdigest(),
        "dropout": dropout(),
        "configs": configs(),
        "summaries": summaries(),
        "progress": progress(),
    }
    finish(__doc__.splitlines()[0], HERE / "golden.json", golden)


main()
