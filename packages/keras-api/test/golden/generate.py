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


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "sgd_momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "sgd_nesterov": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adam_amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "adam_decay_clipped": lambda: keras.optimizers.Adam(0.01, weight_decay=0.02, global_clipnorm=0.5),
    "sgd_clipnorm": lambda: keras.optimizers.SGD(0.1, clipnorm=0.2),
    "sgd_clipvalue": lambda: keras.optimizers.SGD(0.1, clipvalue=0.05),
}


def mlp():
    return keras.Sequential([keras.Input((4,)), L.Dense(8, activation="tanh"), L.Dense(3, activation="softmax")])


def cnn():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            L.Conv2D(2, (3, 3), activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(3, activation="softmax"),
        ]
    )


def regressor():
    return keras.Sequential([keras.Input((4,)), L.Dense(5, activation="relu"), L.Dense(1)])


def classifier():
    return keras.Sequential([keras.Input((4,)), L.Dense(5, activation="relu"), L.Dense(1, activation="sigmoid")])


def trained(make, loss, metrics, optimizer, x, y, batch_size):
    fresh()
    model = make()
    before = model.get_weights()
    model.compile(optimizer=OPTIMIZERS[optimizer](), loss=loss, metrics=metrics)
    steps = -(-len(x) // batch_size)
    history = model.fit(x, y, batch_size=batch_size, epochs=20 // steps, shuffle=False, verbose=0, validation_split=0.0)
    return {
        "optimizer": optimizer,
        "loss": loss,
        "metrics": metrics,
        "batch_size": batch_size,
        "epochs": 20 // steps,
        "x": numbers(x),
        "y": numbers(y),
        "before": [numbers(w) for w in before],
        "history": {k: [float(v) for v in vs] for k, vs in history.history.items()},
        "after": [numbers(w) for w in model.get_weights()],
        "evaluate": [float(v) for v in np.atleast_1d(model.evaluate(x, y, batch_size=batch_size, verbose=0))],
        "predict": numbers(model.predict(x, verbose=0)),
    }


def training():
    rng = np.random.default_rng(1)
    flat = rng.normal(size=(18, 4)).astype("float32")
    images = rng.normal(size=(10, 6, 6, 1)).astype("float32")
    labels = rng.integers(0, 3, size=18).astype("int32")
    onehot = np.eye(3, dtype="float32")[labels]
    target = (flat @ np.array([[1.0], [-2.0], [0.5], [0.0]]) + 0.3).astype("float32")
    sign = (target[:, 0] > 0).astype("float32")
    cases = []
    for name in OPTIMIZERS:
        # 18 rows in batches of 5: three whole ones and a smaller one, five times.
        cases.append({"model": "mlp", **trained(mlp, "sparse_categorical_crossentropy", ["accuracy"], name, flat, labels, 5)})
    for name in ["sgd", "adam"]:
        cases.append({"model": "cnn", **trained(cnn, "sparse_categorical_crossentropy", ["accuracy"], name, images, labels[:10], 4)})
    cases.append({"model": "mlp", **trained(mlp, "categorical_crossentropy", ["accuracy"], "adam", flat, onehot, 5)})
    cases.append({"model": "regressor", **trained(regressor, "mse", ["mse"], "sgd_nesterov", flat, target, 5)})
    cases.append({"model": "classifier", **trained(classifier, "binary_crossentropy", ["accuracy"], "adam", flat, sign, 5)})
    return cases


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
        "training": training(),
        "dropout": dropout(),
        "configs": configs(),
        "summaries": summaries(),
        "progress": progress(),
    }
    finish(__doc__.splitlines()[0], HERE / "golden.json", golden)


main()
