"""Mixed precision: what layers give in 16 bits, and whole trainings, with the scale of the loss along the way."""
import json

from common import draw, fresh, keras, np, numbers
from layercase import layer_case

L = keras.layers
O = keras.optimizers
POLICIES = ["mixed_float16", "mixed_bfloat16"]


def layers(policy):
    """Layers with weights, and some that only compute."""
    keras.config.set_dtype_policy(policy)
    x, image, sequence = draw((4, 5)), draw((2, 5, 5, 2)), draw((2, 4, 3))
    own = {"dtype": "float32"}
    made = [
        ("Dense", L.Dense(3, activation="relu"), x),
        ("Dense softmax", L.Dense(3, activation="softmax"), x),
        ("Dense penalised", L.Dense(3, kernel_regularizer="l2", activity_regularizer="l2"), x),
        ("Dense in float32", L.Dense(3, **own), x),
        ("Activation in float32", L.Activation("softmax", **own), x),
        ("Conv2D", L.Conv2D(2, 3, padding="same", activation="tanh"), image),
        ("DepthwiseConv2D", L.DepthwiseConv2D(2), image),
        ("MaxPooling2D", L.MaxPooling2D(), image),
        ("AveragePooling2D", L.AveragePooling2D(2), image),
        ("GlobalAveragePooling2D", L.GlobalAveragePooling2D(), image),
        ("Flatten", L.Flatten(), image),
        ("SimpleRNN", L.SimpleRNN(2), sequence),
        ("LSTM", L.LSTM(2, return_sequences=True), sequence),
        ("GRU", L.GRU(2), sequence),
        ("Bidirectional", L.Bidirectional(L.LSTM(2)), sequence),
        ("TimeDistributed", L.TimeDistributed(L.Dense(2)), sequence),
        ("BatchNormalization", L.BatchNormalization(), image),
        ("BatchNormalization in training", L.BatchNormalization(), image),
        ("LayerNormalization", L.LayerNormalization(), sequence),
        ("RMSNormalization", L.RMSNormalization(), sequence),
        ("GroupNormalization", L.GroupNormalization(2), image),
        ("MultiHeadAttention", L.MultiHeadAttention(2, 2, use_bias=False), sequence),
        ("Embedding", L.Embedding(5, 3), np.array([[1, 4, 0]], "int32")),
        ("Add", L.Add(), [x, x]),
    ]
    return [{"kind": "layer", "policy": policy, **made_case(f"{name}, {policy}", layer, x)} for name, layer, x in made]


def made_case(name, layer, x):
    options = {"value": x} if "Attention" in name else {}
    return layer_case(name, layer, x, training="training" in name, **options)


def mlp():
    return keras.Sequential([keras.Input((4,)), L.Dense(6, activation="tanh"), L.Dense(3, activation="softmax", dtype="float32")])


def halves():
    """The softmax in 16 bits, too."""
    x = keras.Input((4,))
    return keras.Model(x, L.Dense(3, activation="softmax")(L.Dense(6, activation="relu", kernel_regularizer="l2")(x)))


def cnn():
    stack = [L.Conv2D(2, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(3, dtype="float32")]
    return keras.Sequential([keras.Input((6, 6, 1)), *stack])


def lstm():
    return keras.Sequential([keras.Input((5, 2)), L.LSTM(3), L.Dense(3, dtype="float32")])


def scale_of(optimizer):
    """The scale, the finite steps since it changed, and how many steps were made."""
    return [float(optimizer.dynamic_scale), int(optimizer.step_counter), int(optimizer.iterations)]


def training(name, policy, make, x, y, optimizer, steps=5, logits=False, **options):
    fresh()
    keras.config.set_dtype_policy(policy)
    model = make()
    before = [numbers(w) for w in model.get_weights()]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], **options)
    config = model.get_compile_config()
    logs, scales = [], []
    for _ in range(steps):
        logs.append([float(v) for v in model.train_on_batch(x, y)])
        scales.append(scale_of(model.optimizer) if isinstance(model.optimizer, O.LossScaleOptimizer) else None)
    predicted = model(x)
    return {
        "kind": "training",
        "name": f"{name}, {policy}",
        "policy": policy,
        "model": json.loads(model.to_json()),
        "compile": config,
        "auto_scale_loss": options.get("auto_scale_loss", True),
        "x": numbers(x),
        "y": numbers(y),
        "before": before,
        "logs": logs,
        "scales": scales,
        "after": [numbers(w) for w in model.get_weights()],
        "predicted": numbers(predicted),
    }


def trainings(policy):
    x, images, sequences = draw((8, 4), 1), draw((8, 6, 6, 1), 2), draw((8, 5, 2), 3)
    y = (np.arange(8) % 3).astype("int32")
    scaled = lambda scale, grow: O.LossScaleOptimizer(O.SGD(0.5), initial_scale=scale, dynamic_growth_steps=grow)  # noqa: E731
    return [
        training("a net", policy, mlp, x, y, O.SGD(0.5)),
        training("all in 16 bits, AdamW", policy, halves, x, y, O.AdamW(0.01)),
        training("a convolution", policy, cnn, images, y, O.SGD(0.5), logits=True),
        training("an LSTM", policy, lstm, sequences, y, O.SGD(0.5), logits=True),
        training("no scale wanted", policy, mlp, x, y, O.SGD(0.5), auto_scale_loss=False),
        # The first gradients overflow float16: those steps are left out until the scale has halved often enough.
        training("a scale too large", policy, mlp, x, y, scaled(2.0**22, 2), steps=10),
        training("a scale that grows", policy, mlp, x, y, scaled(4.0, 2)),
    ]


def cases():
    out = [case for policy in POLICIES for case in [*layers(policy), *trainings(policy)]]
    keras.config.set_dtype_policy("float32")
    return out
