"""Models of the layers whose masks, second inputs and moving statistics matter between layers."""
from common import draw, keras, np
from models import case

L = keras.layers
IDS = np.array([[3, 1, 4, 0, 0], [1, 5, 0, 0, 0], [2, 6, 5, 3, 5]], "int32")


def transformer():
    tokens = keras.Input((5,), dtype="int32", name="tokens")
    x = L.Embedding(7, 8, mask_zero=True)(tokens)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)]))
    x = L.Add()([x, L.Dense(8)(L.Dense(12, activation="gelu")(x))])
    y = L.AdditiveAttention()([L.RMSNormalization()(x), x])
    return keras.Model(tokens, L.Dense(7, activation="softmax")(L.Concatenate()([x, y])), name="transformer"), [IDS]


def pair():
    query, value = keras.Input((5, 4), name="query"), keras.Input((5, 4), name="value")
    seen, scores = L.MultiHeadAttention(1, 3)(query, L.Masking()(value), return_attention_scores=True)
    both = L.Attention()([L.Masking()(query), value])
    return keras.Model([query, value], [L.Maximum()([seen, both]), scores, L.Dot(axes=2)([seen, both])], name="pair"), [draw((2, 5, 4)), (draw((2, 5, 4), 1) * (np.arange(5) < 3)[:, None]).astype("float32")]


def masked():
    """Keras writes the masks of layers that take one as ops of their own."""
    steps = keras.Input((3, 4), name="steps")
    x = L.BatchNormalization(epsilon=2.0)(L.Masking()(steps))
    ids = keras.Input((3,), dtype="int32", name="ids")
    y = L.BatchNormalization(epsilon=2.0, renorm=True)(L.Embedding(5, 4, mask_zero=True)(ids))
    values = (draw((2, 3, 4), 1) * (np.arange(3) < 2)[:, None]).astype("float32")
    return keras.Model([steps, ids], L.Average()([x, y]), name="masked"), [values, np.array([[1, 2, 0], [4, 0, 0]], "int32")]


def normalized():
    # The epsilon keeps the drawn variances, which may be negative, above 0.
    x = keras.Input((4, 4, 4))
    h = L.PReLU(shared_axes=[1, 2])(L.BatchNormalization(epsilon=2.0)(L.Conv2D(4, 3, padding="same")(x)))
    h = L.SpatialDropout2D(0.5)(L.GroupNormalization(2)(h))
    h = L.LeakyReLU()(L.Multiply()([L.UnitNormalization()(h), x]))
    h = L.GaussianNoise(0.1)(L.AlphaDropout(0.1)(L.Flatten()(h)))
    return keras.Model(x, L.Softmax()(L.SpectralNormalization(L.Dense(3))(L.ELU()(h))), name="normalized"), [draw((2, 4, 4, 4))]


def cases():
    return [case(make) for make in (transformer, pair, masked, normalized)]
