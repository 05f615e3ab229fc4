"""Models of layers and ops: their JSON, their summary, and what they give."""
import json
import os


from common import draw, fresh, keras, np, numbers

os.environ["COLUMNS"] = "160"
L = keras.layers
ops = keras.ops


def chain():
    x = keras.Input((6,))
    h = L.Dense(4, activation="relu", name="hidden")(x)
    return keras.Model(x, L.Dense(2, activation="softmax", kernel_regularizer="l2")(h), name="chain"), [draw((3, 6))]


def branches():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    shared = L.Dense(5, activation="tanh")
    p, q = shared(a), shared(L.Dense(4)(b))
    joined = ops.concatenate([p, q], axis=-1)
    return keras.Model([a, b], [L.Dense(1, name="first")(joined), L.Dense(2, name="second")(p)], name="branches"), [draw((3, 4)), draw((3, 3), 1)]


def operations():
    x = keras.Input((4, 6))
    h = ops.relu(x) + 0.5
    h = h * ops.sigmoid(x) - ops.mean(x, axis=1, keepdims=True)
    h = ops.reshape(h, (-1, 24))[:, 2:20:3]
    h = ops.maximum(ops.sqrt(ops.abs(h)), ops.exp(-h) / 3.0) ** 2
    return keras.Model(x, [ops.sum(h, axis=-1), ops.transpose(ops.softmax(x), (0, 2, 1))], name="operations"), [draw((2, 4, 6))]


def nested():
    inner_in = keras.Input((4,))
    inner = keras.Model(inner_in, L.Dense(3, activation="relu")(inner_in), name="inner")
    block = keras.Sequential([keras.Input((3,)), L.Dense(3), L.Dropout(0.5)], name="block")
    x, z = keras.Input((4,)), keras.Input((4,), name="other")
    y = block(inner(x)) + inner(z)
    return keras.Model({"x": x, "z": z}, {"sum": y, "side": L.Flatten()(inner(x))}, name="nested"), [draw((2, 4)), draw((2, 4), 2)]


def images():
    return (
        keras.Sequential(
            [
                keras.Input((6, 6, 1)),
                L.Conv2D(2, 3, activation="relu", padding="same"),
                L.MaxPooling2D(),
                L.Flatten(),
                L.Dropout(0.2),
                L.Dense(3, activation="softmax"),
            ],
            name="images",
        ),
        [draw((2, 6, 6, 1))],
    )


def text(model, **options):
    lines = []
    model.summary(print_fn=lambda s, line_break=True: lines.append(s), **options)
    return "\n".join(lines)


def case(make):
    fresh()
    model, inputs = make()
    rng = np.random.default_rng(0)
    model.set_weights([np.round(rng.uniform(-1, 1, w.shape) * 256) / 256 for w in model.get_weights()])
    struct = getattr(model, "_inputs_struct", None)
    names = list(struct) if isinstance(struct, dict) else None
    fed = dict(zip(names, inputs)) if names else (inputs if len(inputs) > 1 else inputs[0])
    outputs = model(fed, training=False)
    return {
        "name": make.__name__,
        "json": json.loads(model.to_json()),
        "summary": text(model, line_length=100),
        "expanded": text(model, line_length=110, expand_nested=True, show_trainable=True),
        "input_names": names,
        "inputs": [numbers(x) for x in inputs],
        "weights": [numbers(w) for w in model.get_weights()],
        "outputs": [numbers(y) for y in keras.tree.flatten(outputs)],
    }


def cases():
    return [case(make) for make in (chain, branches, operations, nested, images)]
