"""Activation functions: values, gradients, and what configs call them."""
from common import keras, np, numbers, tf

KINKS = [-6.0, -4.0, -3.0, -1.5, -1.0, -0.5, -0.25, 0.0, 0.125, 0.5, 1.0, 1.5, 3.0, 4.0, 6.0, 7.0]
# celu adds up both of its slopes at 0, which gives 2 there: no gradient of anything.
WITHOUT_ZERO = [v or 2.0 for v in KINKS]
# One order of magnitude each, as tensors are compared by their largest element.
INPUTS = {"kinks": KINKS, "large": [-30.0, 30.0], "huge": [-1e10, 1e10]}

OPTIONS = {
    "relu": [
        {"negative_slope": 0.3},
        {"max_value": 3.0},
        {"threshold": 1.0},
        {"max_value": 2.5, "threshold": 0.5},
        {"negative_slope": 0.25, "max_value": 5.0},
        {"negative_slope": 0.25, "threshold": -0.5},
        {"negative_slope": 0.5, "max_value": 2.0, "threshold": 0.75},
    ],
    "leaky_relu": [{"negative_slope": 0.05}],
    "elu": [{"alpha": 0.5}],
    "celu": [{"alpha": 0.5}, {"alpha": 3.0}],
    "gelu": [{"approximate": True}],
    "hard_shrink": [{"threshold": 1.5}],
    "soft_shrink": [{"threshold": 1.5}],
    "threshold": [{"threshold": 1.0, "default_value": -2.0}],
    "squareplus": [{"b": 0.25}],
}
ALONG = ["softmax", "log_softmax", "sparsemax", "glu"]
PLAIN = (
    "exponential hard_sigmoid hard_silu hard_swish hard_tanh linear log_sigmoid mish relu6 selu sigmoid silu softplus softsign "
    "sparse_plus sparse_sigmoid swish tanh tanh_shrink"
).split()


def sparsemax(x, axis=-1):
    """As Martins and Astudillo 2016 define it. Keras 3.15 adds up all cumulative sums for τ, and its results do not sum to 1."""
    x = tf.experimental.numpy.moveaxis(x, axis, -1)
    ordered = tf.sort(x, direction="DESCENDING", axis=-1)
    sums = tf.cumsum(ordered, axis=-1)
    ranks = tf.range(1.0, x.shape[-1] + 1.0)
    k = tf.reduce_sum(tf.cast(1 + ranks * ordered > sums, tf.int32), axis=-1, keepdims=True)
    tau = (tf.gather(sums, k - 1, batch_dims=len(x.shape) - 1) - 1) / tf.cast(k, "float32")
    return tf.experimental.numpy.moveaxis(tf.nn.relu(x - tau), -1, axis)


def case(name, options, x):
    fn = keras.activations.get(name)
    x = tf.constant(np.array(x, "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = (sparsemax if name == "sparsemax" else fn)(x, **options)
        weights = tf.constant(np.arange(1, tf.size(y) + 1, dtype="float32").reshape(y.shape) / 8)
        total = tf.reduce_sum(y * weights)
    gradient = tape.gradient(total, x)
    assert not np.isnan(y).any() and not np.isnan(gradient).any(), (name, options)
    return {
        "name": name,
        "options": options,
        "x": numbers(x),
        "y": numbers(y),
        "weights": numbers(weights),
        "gradient": numbers(gradient),
        "serialized": keras.activations.serialize(fn),
    }


@keras.saving.register_keras_serializable(package="own")
def twice(x):
    return 2 * x


def cases():
    out = []
    for name in [*OPTIONS, *PLAIN]:
        every = OPTIONS.get(name, [])
        # threshold has no defaults.
        for options in every if name == "threshold" else [{}, *every]:
            for kind, x in INPUTS.items():
                out.append(case(name, options, WITHOUT_ZERO if name == "celu" and kind == "kinks" else x))
    rows = np.array([[[1.0, 1.5, -2.0, 0.25], [0.5, 0.5, 0.5, 0.5]], [[30.0, 29.5, -40.0, 0.0], [0.0, 4.0, 3.5, 3.25]]])
    for name in ALONG:
        for options in [{}, {"axis": 1}, {"axis": -3}]:
            out.append(case(name, options, rows))
        out.append(case(name, {}, [[1e4, -1e4, 0.0, 1e4 - 1]]))
    out.append({"name": "twice", "package": "own", "serialized": keras.activations.serialize(twice)})
    return out
