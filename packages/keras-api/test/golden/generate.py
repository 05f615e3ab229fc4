"""Writes golden.json: what Keras on TensorFlow gives for the cases the tests compare with.

    python generate.py

Needs keras 3 and tensorflow-cpu. The file holds their versions and this script's hash.
"""
import contextlib
import hashlib
import io
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "80"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

L = keras.layers
HERE = pathlib.Path(__file__).parent


def numbers(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(v) if x.dtype.kind == "f" else int(v) for v in x.ravel()]}


def fresh():
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)


def losses():
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(4, 3)).astype("float32")
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    unnormalised = rng.uniform(0.05, 0.9, size=(4, 3)).astype("float32")
    edge = np.array([[0.0, 1.0, 0.0], [1e-9, 1.0, 0.5], [1.0, 0.0, 0.2], [0.5, 0.5, 1.0]], "float32")
    onehot = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
    sparse = np.array([0, 2, 1, 1], "int32")
    bits = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 1]], "float32")
    sequence = rng.uniform(0.05, 0.9, size=(2, 3, 4)).astype("float32")
    weights = np.array([0.5, 1.0, 0.0, 2.0], "float32")
    K = keras.losses
    cases = [
        ("MeanSquaredError", {}, bits, unnormalised, None),
        ("MeanSquaredError", {}, np.array([1.0, 2.0, 3.0, 4.0], "float32"), logits[:, :1], None),
        ("BinaryCrossentropy", {}, bits, unnormalised, None),
        ("BinaryCrossentropy", {}, bits, edge, None),
        ("BinaryCrossentropy", {"from_logits": True}, bits, logits, None),
        ("BinaryCrossentropy", {"label_smoothing": 0.2}, bits, unnormalised, None),
        ("BinaryCrossentropy", {}, bits, logits, "sigmoid"),
        ("CategoricalCrossentropy", {}, onehot, probabilities, None),
        ("CategoricalCrossentropy", {}, onehot, unnormalised, None),
        ("CategoricalCrossentropy", {}, onehot, edge, None),
        ("CategoricalCrossentropy", {"from_logits": True}, onehot, logits, None),
        ("CategoricalCrossentropy", {"label_smoothing": 0.1}, onehot, unnormalised, None),
        ("CategoricalCrossentropy", {}, onehot, logits * 30, "softmax"),
        ("SparseCategoricalCrossentropy", {}, sparse, probabilities, None),
        ("SparseCategoricalCrossentropy", {}, sparse[:, None], unnormalised, None),
        ("SparseCategoricalCrossentropy", {}, sparse, edge, None),
        ("SparseCategoricalCrossentropy", {"from_logits": True}, sparse, logits, None),
        ("SparseCategoricalCrossentropy", {"ignore_class": 1}, sparse, unnormalised, None),
        ("SparseCategoricalCrossentropy", {}, sparse, logits * 30, "softmax"),
        ("SparseCategoricalCrossentropy", {}, np.array([[0, 1, 3], [2, 2, 0]], "int32"), sequence, None),
    ]
    out = []
    for name, options, y_true, y_pred, activation in cases:
        entry = {"class": name, "options": options, "y_true": numbers(y_true), "y_pred": numbers(y_pred), "activation": activation}
        for reduction in ["sum_over_batch_size", "sum", "none"]:
            loss = getattr(K, name)(reduction=reduction, **options)
            x = tf.constant(y_pred)
            with tf.GradientTape() as tape:
                tape.watch(x)
                p = getattr(keras.activations, activation)(x) if activation else x
                value = loss(y_true, p)
            entry[reduction] = {"value": numbers(value), "gradient": numbers(tape.gradient(value, x))}
        if len(y_true) == 4 and activation is None:
            entry["weighted"] = numbers(getattr(K, name)(**options)(y_true, tf.constant(y_pred), sample_weight=weights))
        out.append(entry)
    return out


def metrics():
    rng = np.random.default_rng(3)
    p = rng.uniform(size=(2, 5, 3)).astype("float32")
    sparse = rng.integers(0, 3, size=(2, 5)).astype("int32")
    onehot = np.eye(3, dtype="float32")[sparse]
    bits = rng.integers(0, 2, size=(2, 5, 3)).astype("float32")
    weights = rng.uniform(size=(2, 5)).astype("float32")
    column = rng.uniform(size=(2, 5, 1)).astype("float32")
    cases = [
        ("Accuracy", {}, sparse, sparse[::-1].astype("float32")),
        ("BinaryAccuracy", {}, bits, p),
        ("BinaryAccuracy", {"threshold": 0.3}, bits[..., 0], column),
        ("CategoricalAccuracy", {}, onehot, p),
        ("SparseCategoricalAccuracy", {}, sparse, p),
        ("SparseCategoricalAccuracy", {}, sparse[..., None], p),
        ("MeanSquaredError", {}, bits, p),
        ("Mean", {}, p, None),
    ]
    out = []
    for name, options, a, b in cases:
        entry = {"class": name, "options": options, "batches": []}
        plain, weighted = getattr(keras.metrics, name)(**options), getattr(keras.metrics, name)(**options)
        for i in range(2):
            args = (a[i],) if b is None else (a[i], b[i])
            plain.update_state(*args)
            weighted.update_state(*args, sample_weight=weights[i])
            entry["batches"].append({"args": [numbers(x) for x in args], "weight": numbers(weights[i])})
        entry["result"], entry["weighted"] = float(plain.result()), float(weighted.result())
        entry["name"], entry["config"] = plain.name, plain.get_config()
        out.append(entry)
    return out


def activations():
    x = np.array([[-30.0, -4.0, -1.0, -0.3, 0.2, 1.0, 2.5, 7.0, 40.0]], "float32")
    out = {}
    for name in (
        "elu exponential gelu hard_sigmoid leaky_relu linear log_softmax mish relu relu6 selu sigmoid silu softmax softplus softsign tanh"
    ).split():
        given = np.clip(x, -30, 7) if name == "exponential" else x
        fn = (lambda v: keras.activations.gelu(v, approximate=False)) if name == "gelu" else getattr(keras.activations, name)
        t = tf.constant(given)
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = fn(t)
            total = tf.reduce_sum(y * tf.constant(np.arange(1.0, 10.0, dtype="float32")))
        out[name] = {"x": numbers(given), "y": numbers(y), "gradient": numbers(tape.gradient(total, t))}
    return out


def initializers():
    I = keras.initializers
    exact = {
        "glorot_uniform": I.GlorotUniform(seed=7),
        "he_uniform": I.HeUniform(seed=7),
        "lecun_uniform": I.LecunUniform(seed=7),
        "random_uniform": I.RandomUniform(seed=7, minval=-1.0, maxval=2.0),
        "random_normal": I.RandomNormal(seed=7, mean=1.0, stddev=2.0),
        "constant": I.Constant(2.5),
    }
    drawn = {name: numbers(init((3, 2, 4))) for name, init in exact.items()}
    layer = L.Dropout(0.4, seed=11)
    x = np.ones((3, 5), "float32")
    return {"drawn": drawn, "dropout": [numbers(layer(x, training=True)) for _ in range(3)]}


def configs():
    fresh()
    layers = [
        L.Dense(3),
        L.Dense(3, activation="relu", use_bias=False, kernel_initializer="he_normal", name="named", trainable=False),
        L.Conv2D(4, 3, padding="same", activation="gelu"),
        L.MaxPooling2D(3, strides=2),
        L.Flatten(),
        L.Dropout(0.5, seed=3),
        L.Activation("softmax"),
    ]
    optimizers = [
        keras.optimizers.Adam(0.002, beta_1=0.8, amsgrad=True, clipnorm=1.0),
        keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    ]
    losses = [
        keras.losses.MeanSquaredError(),
        keras.losses.BinaryCrossentropy(from_logits=True),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum"),
        keras.losses.SparseCategoricalCrossentropy(ignore_class=2),
    ]
    initializers = [
        keras.initializers.GlorotUniform(seed=1),
        keras.initializers.VarianceScaling(scale=2.0, mode="fan_out", distribution="uniform"),
        keras.initializers.RandomNormal(stddev=0.1),
        keras.initializers.Constant(2.0),
        keras.initializers.Zeros(),
    ]
    model = digits()
    return {
        "layers": [json.loads(json.dumps(x.get_config())) for x in layers],
        "optimizers": [x.get_config() for x in optimizers],
        "losses": [x.get_config() for x in losses],
        "initializers": [x.get_config() for x in initializers],
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
        "losses": losses(),
        "metrics": metrics(),
        "activations": activations(),
        "initializers": initializers(),
        "configs": configs(),
        "summaries": summaries(),
        "progress": progress(),
    }
    (HERE / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
