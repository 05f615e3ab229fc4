"""Whole trainings of small models, without shuffling: what is logged, what the weights become, what evaluate and predict give."""
import json

import keras
import numpy as np
from common import draw, fresh, numbers

L = keras.layers
K = keras


@keras.saving.register_keras_serializable("test", "Penalised")
class Penalised(L.Layer):
    """A weight with a penalty, an added loss, and a metric of its own."""

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones", regularizer=keras.regularizers.L2(0.1))
        self.size = keras.metrics.Mean(name="size")

    def call(self, x):
        y = x * self.scale
        self.add_loss(0.05 * keras.ops.mean(keras.ops.square(y)))
        self.size.update_state(keras.ops.mean(keras.ops.square(y)))
        return y


def mlp(units=3, activation="softmax", inputs=4):
    return K.Sequential([K.Input((inputs,)), L.Dense(6, activation="tanh"), L.Dense(units, activation=activation)])


def cnn():
    layers = [L.Conv2D(2, (3, 3), activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(3, activation="softmax")]
    return K.Sequential([K.Input((6, 6, 1)), *layers])


def penalised():
    x = K.Input((4,))
    h = L.Dense(5, activation="tanh")(x)
    return K.Model(x, L.Dense(1)(Penalised(name="penalised")(h)))


def branches(outputs):
    """Two inputs; a class and a value as outputs."""
    a, b = K.Input((4,), name="first"), K.Input((3,), name="second")
    kind = L.Dense(3, activation="softmax", name="kind")(L.Dense(5, activation="tanh", name="left")(a))
    value = L.Dense(1, name="value")(L.Dense(5, activation="tanh", name="right")(b))
    return K.Model([a, b], outputs(kind, value))


def as_list():
    return branches(lambda kind, value: [kind, value])


def as_record():
    return branches(lambda kind, value: {"k": kind, "v": value})


def tree(data, fn=numbers):
    if isinstance(data, dict):
        return {key: tree(x, fn) for key, x in data.items()}
    return [tree(x, fn) for x in data] if isinstance(data, list) else None if data is None else fn(data)


def plain(weights):
    return {str(k): v for k, v in weights.items()} if weights else None


CALLBACKS = {
    "EarlyStopping": lambda **o: K.callbacks.EarlyStopping(**o),
    "ReduceLROnPlateau": lambda **o: K.callbacks.ReduceLROnPlateau(**o),
    "LearningRateScheduler": lambda **o: K.callbacks.LearningRateScheduler(lambda epoch, rate: rate * (0.5 if epoch % 2 else 1.0)),
}


def case(name, make, compile, x, y, fit, weight=None, validation=None, callbacks=()):
    fresh()
    model = make()
    architecture = json.loads(model.to_json())
    before = model.get_weights()
    model.compile(**compile)
    config = model.get_compile_config()
    made = [CALLBACKS[kind](**options) for kind, options in callbacks]
    options = {"shuffle": False, "verbose": 0, **fit}
    history = model.fit(x, y, sample_weight=weight, validation_data=validation, callbacks=made, **options)
    data = {"batch_size": fit["batch_size"], "verbose": 0}
    return {
        "name": name,
        "model": architecture,
        "compile": config,
        "fit": {**fit, "class_weight": plain(fit.get("class_weight"))},
        "callbacks": [[kind, options] for kind, options in callbacks],
        "x": tree(x),
        "y": tree(y),
        "weight": tree(weight),
        "validation": tree(list(validation)) if validation else None,
        "before": [numbers(w) for w in before],
        "history": {k: [float(v) for v in vs] for k, vs in history.history.items()},
        "after": [numbers(w) for w in model.get_weights()],
        "evaluate": [float(v) for v in np.atleast_1d(model.evaluate(x, y, sample_weight=weight, **data))],
        "on_batch": [float(v) for v in np.atleast_1d(model.train_on_batch(x, y, sample_weight=weight))],
        "predict": tree(model.predict(x, **data)),
    }


def cases():
    rng = np.random.default_rng(3)
    x, images, second = draw((18, 4), 1), draw((10, 6, 6, 1), 2), draw((18, 3), 3)
    labels, bits = rng.integers(0, 3, 18).astype("int32"), rng.integers(0, 2, (18, 1)).astype("float32")
    onehot = np.eye(3, dtype="float32")[labels]
    target = (x.sum(-1, keepdims=True) * 0.5).astype("float32")
    weight = np.round(rng.uniform(0, 2, 18) * 16).astype("float32") / 16
    held = (draw((7, 4), 5), labels[:7])
    O = K.optimizers
    sparse, five = "sparse_categorical_crossentropy", {"batch_size": 5, "epochs": 5}

    # 18 rows in batches of 5: three whole ones and a smaller one, five times.
    out = []
    optimizers = {
        "sgd": O.SGD(0.1),
        "sgd momentum": O.SGD(0.05, momentum=0.9),
        "sgd nesterov": O.SGD(0.05, momentum=0.9, nesterov=True),
        "adam": O.Adam(0.01),
        "adam amsgrad": O.Adam(0.01, amsgrad=True),
        "adam decay clipped": O.Adam(0.01, weight_decay=0.02, global_clipnorm=0.5),
        "sgd clipnorm": O.SGD(0.1, clipnorm=0.2),
        "sgd clipvalue": O.SGD(0.1, clipvalue=0.05),
    }
    for name, optimizer in optimizers.items():
        out.append(case(name, mlp, {"optimizer": optimizer, "loss": sparse, "metrics": ["accuracy"]}, x, labels, five))
    adam = lambda: O.Adam(0.01)  # noqa: E731
    for name, optimizer in {"sgd": O.SGD(0.1), "adam": adam()}.items():
        compiled = {"optimizer": optimizer, "loss": sparse, "metrics": ["accuracy"]}
        out.append(case(f"convolutions, {name}", cnn, compiled, images, labels[:10], {"batch_size": 4, "epochs": 6}))
    one = lambda activation=None: lambda: mlp(1, activation)  # noqa: E731
    out += [
        case("one-hot labels", mlp, {"optimizer": adam(), "loss": "categorical_crossentropy", "metrics": ["acc"]}, x, onehot, five),
        case("a loss that suits", mlp, {"optimizer": adam(), "loss": "crossentropy", "metrics": ["accuracy"]}, x, onehot, five),
        case(
            "bits",
            one("sigmoid"),
            {"optimizer": adam(), "loss": K.losses.BinaryCrossentropy(), "metrics": ["accuracy", K.metrics.BinaryAccuracy(threshold=0.3)]},
            x,
            bits,
            five,
        ),
        case("nothing but a loss", one(), {"optimizer": "sgd", "loss": "mse"}, x, target, five),
        case(
            "sample weights",
            one(),
            {"optimizer": O.SGD(0.05), "loss": "mse", "metrics": ["mse"], "weighted_metrics": ["mse", "mse"]},
            x,
            target,
            five,
            weight=weight,
        ),
        case(
            "class weights",
            mlp,
            {"optimizer": adam(), "loss": sparse, "weighted_metrics": ["accuracy"]},
            x,
            labels,
            {**five, "class_weight": {0: 2.0, 2: 0.25}},
        ),
        case(
            "class weights of one-hot labels",
            mlp,
            {"optimizer": adam(), "loss": "categorical_crossentropy"},
            x,
            onehot,
            {**five, "class_weight": {1: 3.0}},
        ),
        case("penalties and added losses", penalised, {"optimizer": O.SGD(0.05), "loss": "mse", "metrics": ["mse"]}, x, target, five),
        case(
            "several inputs and outputs",
            as_list,
            {
                "optimizer": O.SGD(0.05),
                "loss": [sparse, "mse"],
                "loss_weights": [1.0, 0.5],
                "metrics": [["accuracy"], ["mse"]],
                "weighted_metrics": [["accuracy"], None],
            },
            [x, second],
            [labels, target],
            five,
            weight=weight,
            validation=([x[:7], second[:7]], [labels[:7], target[:7]], weight[:7]),
        ),
        case(
            "outputs by the names of their layers",
            as_list,
            {
                "optimizer": adam(),
                "loss": {"kind": K.losses.SparseCategoricalCrossentropy(), "value": "mse"},
                "loss_weights": {"kind": 0.25, "value": 2.0},
                "metrics": {"value": ["mse"]},
            },
            {"first": x, "second": second},
            {"kind": labels, "value": target},
            five,
        ),
        case(
            "outputs in a record",
            as_record,
            {"optimizer": adam(), "loss": {"k": sparse, "v": "mse"}, "metrics": {"k": "accuracy"}},
            [x, second],
            {"k": labels, "v": target},
            five,
        ),
        case(
            "a weight for each output",
            as_list,
            {"optimizer": O.SGD(0.05), "loss": [sparse, "mse"], "weighted_metrics": [None, ["mse"]]},
            [x, second],
            [labels, target],
            five,
            weight=[weight, weight[::-1].copy()],
        ),
        case("one loss for all outputs", twins, {"optimizer": "sgd", "loss": "mse"}, x, [target, target], five),
        case("an output without a loss", as_list, {"optimizer": "sgd", "loss": [None, "mse"]}, [x, second], [labels, target], five),
        case(
            "validation data",
            mlp,
            {"optimizer": adam(), "loss": sparse, "metrics": ["accuracy"]},
            x,
            labels,
            {**five, "validation_freq": 2, "validation_batch_size": 3},
            validation=held,
        ),
        case(
            "validation split and weights",
            one(),
            {"optimizer": adam(), "loss": "mse", "weighted_metrics": ["mse"]},
            x,
            target,
            {**five, "validation_split": 0.3},
            weight=weight,
        ),
        case(
            "steps per epoch",
            mlp,
            {"optimizer": adam(), "loss": sparse},
            x,
            labels,
            {**five, "steps_per_epoch": 2, "validation_steps": 1},
            validation=held,
        ),
        case(
            "early stopping",
            mlp,
            {"optimizer": O.SGD(2.0), "loss": sparse, "metrics": ["accuracy"]},
            x,
            labels,
            {"batch_size": 5, "epochs": 20},
            validation=held,
            callbacks=[("EarlyStopping", {"monitor": "val_loss", "patience": 2, "restore_best_weights": True, "min_delta": 0.01})],
        ),
        case(
            "early stopping of a maximum",
            mlp,
            {"optimizer": O.SGD(0.5), "loss": sparse, "metrics": ["accuracy"]},
            x,
            labels,
            {"batch_size": 5, "epochs": 20},
            validation=held,
            callbacks=[
                (
                    "EarlyStopping",
                    {"monitor": "val_accuracy", "patience": 3, "restore_best_weights": True, "start_from_epoch": 2, "baseline": 0.3},
                )
            ],
        ),
        case(
            "a plateau",
            mlp,
            {"optimizer": O.SGD(1.5), "loss": sparse},
            x,
            labels,
            {"batch_size": 5, "epochs": 12},
            validation=held,
            callbacks=[("ReduceLROnPlateau", {"patience": 1, "factor": 0.5, "cooldown": 1, "min_lr": 0.2})],
        ),
        case(
            "a schedule",
            mlp,
            {"optimizer": adam(), "loss": sparse},
            x,
            labels,
            five,
            callbacks=[("LearningRateScheduler", {})],
        ),
    ]
    return out


def twins():
    x = K.Input((4,))
    return K.Model(x, [L.Dense(1, name="a")(x), L.Dense(1, name="b")(x)])
