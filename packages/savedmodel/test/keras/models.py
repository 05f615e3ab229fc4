"""The models that the tests of Keras's files are about, and what is asked of each."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

# The models are small: tracing their steps would take longer than all else.
tf.config.run_functions_eagerly(True)

L = keras.layers
ROWS = 4


@keras.saving.register_keras_serializable("test")
class Scale(L.Layer):
    def build(self, input_shape):
        self.offset = self.add_weight(shape=(input_shape[-1],), initializer="zeros", trainable=False, name="offset")
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, x):
        return x * self.scale + self.offset


@keras.saving.register_keras_serializable("test")
class Blocks(keras.Model):
    """Layers as attributes, private ones, and in lists within lists: every rule for names in files."""

    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.second = L.Dense(units)
        self.first = L.Dense(3, activation="tanh")
        self.blocks = [L.Dense(2), [L.Dense(2), L.Dropout(0.1, seed=1)], {"b": L.Dense(2), "a": L.Dense(1)}]
        self._hidden = L.Dense(2)
        self.scaling = [Scale(), Scale()]
        self.w = self.add_weight(shape=(2,), initializer="ones", name="w")

    def call(self, x, training=None):
        x = self.second(self.first(x))
        start, [middle, dropout], ends = self.blocks
        x = ends["b"](dropout(middle(start(x)), training=training))
        for scale in self.scaling:
            x = scale(x)
        return self._hidden(x) + self.w + ends["a"](x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def sequential():
    return keras.Sequential(
        [
            keras.Input((3,)),
            L.Dense(4, activation="relu"),
            L.Dropout(0.5, seed=3),
            L.Dense(2),
            L.Dense(1, use_bias=False),
        ]
    )


def images():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            L.Conv2D(3, 3, activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(2, activation="softmax"),
        ]
    )


def functional():
    """A shared layer, several inputs and outputs, an op between layers."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    shared = L.Dense(2, kernel_regularizer=keras.regularizers.L2(0.01), name="shared")
    one, other = shared(a), shared(b)
    return keras.Model([a, b], [one + other, L.Dense(1, activation="tanh", name="last")(other)])


def nested():
    x = keras.Input((3,))
    inner = keras.Model(x, L.Dense(3, activation="tanh")(L.Dense(2)(x)), name="inner")
    stack = keras.Sequential([keras.Input((3,)), L.Dense(3), L.Activation("relu")], name="stack")
    y = keras.Input((3,))
    frozen = L.Dense(3, trainable=False)
    return keras.Model(y, L.Dense(1)(inner(stack(inner(frozen(y))))))


def blocks():
    model = Blocks(2)
    model(np.ones((1, 3), "float32"))
    return model


MODELS = {"sequential": sequential, "images": images, "functional": functional, "nested": nested, "blocks": blocks}
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
}
# What is trained with what; the others are saved as they were made.
TRAINED = {"sequential": ["adam", "momentum"], "images": ["adam"], "nested": ["momentum"], "blocks": ["adam", "momentum"]}


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape), dtype="float64") + start).reshape(shape).astype("float32")


def samples(model):
    """Inputs and labels, the same for the same model."""
    shapes = [(3,)] if isinstance(model, Blocks) else [x.shape[1:] for x in model.inputs]
    inputs = [numbers((ROWS, *shape), 7 * i) for i, shape in enumerate(shapes)]
    outputs = as_list(model(inputs[0] if len(inputs) == 1 else inputs))
    return inputs, [numbers(y.shape, 3) for y in outputs]


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def predictions(model):
    inputs, _ = samples(model)
    return [np.asarray(y) for y in as_list(model(inputs[0] if len(inputs) == 1 else inputs, training=False))]


def step(model):
    """One more step of training."""
    inputs, labels = samples(model)
    model.train_on_batch(inputs[0], labels[0])


def described(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": [float(x) for x in array.ravel()]}


def report(model):
    """What the model gives for its samples and, where it is compiled, its weights after one more step."""
    inputs, labels = samples(model)
    found = {
        "inputs": [described(x) for x in inputs],
        "labels": [described(y) for y in labels],
        "predictions": [described(y) for y in predictions(model)],
    }
    if model.compiled:
        found["iterations"] = int(model.optimizer.iterations.numpy())
        step(model)
        found["resumed"] = [described(w) for w in model.get_weights()]
    return found
