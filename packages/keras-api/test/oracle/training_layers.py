"""What training makes of models whose layers keep statistics, draw noise or carry masks: the losses, and the weights at the end."""
import json

from common import draw, fresh, keras, np, numbers

L = keras.layers
IDS = np.array([[3, 1, 4, 0], [1, 5, 0, 0], [2, 6, 5, 3], [6, 6, 0, 0]], "int32")


def images():
    layers = [
        keras.Input((4, 4, 2)),
        L.Conv2D(4, 3),
        L.BatchNormalization(momentum=0.5),
        L.PReLU(shared_axes=[1, 2]),
        L.SpatialDropout2D(0.25, seed=5),
        L.GroupNormalization(2),
        L.Flatten(),
        L.GaussianNoise(0.25, seed=7),
        L.Dense(1),
    ]
    return keras.Sequential(layers), draw((4, 4, 4, 2)), draw((4, 1), 1)


def words():
    tokens = keras.Input((4,), dtype="int32")
    x = L.Embedding(7, 6, mask_zero=True)(tokens)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3, dropout=0.25, seed=3)(x, x)]))
    y = L.Attention(use_scale=True, dropout=0.25, seed=4)([x, x])
    return keras.Model(tokens, L.Dense(1)(L.Concatenate()([x, y]))), IDS, draw((4, 4, 1), 1)


def masked():
    steps = keras.Input((4, 3))
    x = L.BatchNormalization(renorm=True, momentum=0.5)(L.Masking()(steps))
    x = L.AlphaDropout(0.25, seed=6)(L.Dense(3, activation="selu")(x))
    x = L.ActivityRegularization(l2=0.1)(L.UnitNormalization()(x))
    x = L.Dense(1)(L.RMSNormalization()(x))
    return keras.Model(steps, x), draw((4, 4, 3)) * (IDS > 0)[..., None].astype("float32"), draw((4, 4, 1), 1)


def tags():
    """The mask reaches the loss."""
    tokens = keras.Input((4,), dtype="int32")
    x = L.Embedding(7, 3, mask_zero=True, embeddings_regularizer="l2")(tokens)
    return keras.Model(tokens, L.Dense(1)(L.Maximum()([L.LeakyReLU()(x), L.ELU()(x)]))), IDS, draw((4, 4, 1), 1)


def case(make):
    fresh()
    model, x, y = make()
    rng = np.random.default_rng(0)
    # Between 0 and 1/2: among the weights are variances.
    model.set_weights([np.round(rng.uniform(0, 0.5, w.shape) * 256) / 256 for w in model.get_weights()])
    row = {"name": make.__name__, "json": json.loads(model.to_json()), "x": numbers(x), "y": numbers(y)}
    row["before"] = [numbers(w) for w in model.get_weights()]
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
    history = model.fit(x, y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    return {**row, "losses": history.history["loss"], "after": [numbers(w) for w in model.get_weights()]}


def cases():
    return [case(make) for make in (images, words, masked, tags)]
