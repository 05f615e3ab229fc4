"""Attention, and the dense layers over named axes that it is made of."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
QUERY, VALUE, KEY = draw((2, 3, 4)), draw((2, 5, 6), seed=1), draw((2, 5, 4), seed=2)
Q_MASK = np.array([[True, True, False], [True, False, False]])
V_MASK = np.array([[True, True, False, True, True], [False, True, True, False, False]])
PAIRS = np.array([[[(t + s + b) % 3 > 0 for s in range(5)] for t in range(3)] for b in range(2)])
NOTHING = PAIRS & np.array([[[True]], [[False]]])
IMAGES = draw((2, 2, 3, 4))


def case(name, layer, *args, **kwargs):
    """Building changes some configs: the one after it is held, too."""
    row = layer_case(name, layer, *args, **kwargs)
    # Keras does not look for sizes the output shares with the input; and the shapes of two outputs are those of a call.
    if isinstance(layer, L.EinsumDense) and name != "EinsumDense shared axis" or kwargs.get("return_attention_scores"):
        row["output_shape"] = None
    return {**row, "built_config": keras.saving.serialize_keras_object(layer)["config"]}


def heads(name, layer, query=QUERY, value=VALUE, **kwargs):
    return case(name, layer, query, value=value, **kwargs)


def einsum_dense():
    return [
        case("EinsumDense", L.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d", activation="relu"), draw((2, 3, 4))),
        case("EinsumDense to heads", L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de"), draw((2, 3, 4))),
        case("EinsumDense from heads", L.EinsumDense("abcd,cde->abe", output_shape=(None, 5), bias_axes="e"), draw((2, 3, 2, 4))),
        case("EinsumDense any axes in front", L.EinsumDense("...x,xy->...y", output_shape=3, bias_axes="y"), draw((2, 3, 2, 4))),
        case("EinsumDense any axes behind", L.EinsumDense("ab...,bc->ac...", output_shape=5, bias_axes="c"), draw((2, 3, 4))),
        case("EinsumDense shared axis", L.EinsumDense("abc,bcd->abd", output_shape=(3, 2), kernel_regularizer="l2"), draw((2, 3, 4))),
        case("EinsumDense bias along steps", L.EinsumDense("abc,cd->abd", output_shape=(3, 2), bias_axes="b"), draw((2, 3, 4))),
    ]


def multi_head():
    return [
        heads("MultiHeadAttention", L.MultiHeadAttention(2, 3)),
        heads("MultiHeadAttention of itself", L.MultiHeadAttention(2, 3), value=QUERY),
        heads("MultiHeadAttention key", L.MultiHeadAttention(2, 3, value_dim=2), key=KEY),
        heads("MultiHeadAttention causal", L.MultiHeadAttention(2, 3), value=QUERY, use_causal_mask=True),
        heads("MultiHeadAttention scores", L.MultiHeadAttention(2, 3), return_attention_scores=True, use_causal_mask=True),
        heads("MultiHeadAttention masks", L.MultiHeadAttention(1, 3), masks=Q_MASK, value_mask=V_MASK),
        heads("MultiHeadAttention key mask", L.MultiHeadAttention(1, 3), key=KEY, key_mask=V_MASK, attention_mask=PAIRS),
        heads("MultiHeadAttention mask of nothing", L.MultiHeadAttention(2, 3), attention_mask=NOTHING),
        heads("MultiHeadAttention scores of nothing", L.MultiHeadAttention(2, 3), attention_mask=NOTHING, return_attention_scores=True),
        heads("MultiHeadAttention without bias", L.MultiHeadAttention(2, 3, use_bias=False, output_shape=5)),
        heads("MultiHeadAttention output shape", L.MultiHeadAttention(2, 3, output_shape=(2, 2), kernel_regularizer="l2", activity_regularizer="l2")),
        heads("MultiHeadAttention window", L.MultiHeadAttention(1, 3, sliding_window=2), value=QUERY, use_causal_mask=True),
        heads("MultiHeadAttention gate", L.MultiHeadAttention(2, 3, value_dim=2, use_gate=True)),
        heads("MultiHeadAttention dropout", L.MultiHeadAttention(2, 3, dropout=0.5, seed=3), training=True),
        heads("MultiHeadAttention dropout idle", L.MultiHeadAttention(2, 3, dropout=0.5, seed=3)),
        heads("MultiHeadAttention of images", L.MultiHeadAttention(2, 3), query=IMAGES, value=IMAGES),
        heads("MultiHeadAttention of columns", L.MultiHeadAttention(2, 3, attention_axes=2), query=IMAGES, value=IMAGES),
        heads("MultiHeadAttention of rows", L.MultiHeadAttention(2, 3, attention_axes=[-3], kernel_initializer="he_normal"), query=IMAGES, value=IMAGES),
        heads(
            "MultiHeadAttention of images masked",
            L.MultiHeadAttention(1, 3),
            query=IMAGES,
            value=IMAGES,
            attention_mask=np.resize([True, True, False, True, False], (2, 2, 3, 2, 3)),
            return_attention_scores=True,
        ),
    ]


def group_query():
    same = draw((2, 5, 4), seed=1)
    return [
        heads("GroupQueryAttention", L.GroupQueryAttention(3, 4, 2), value=same),
        heads("GroupQueryAttention causal", L.GroupQueryAttention(3, 4, 2), value=QUERY, use_causal_mask=True),
        heads("GroupQueryAttention scores", L.GroupQueryAttention(3, 2, 1), value=same, attention_mask=PAIRS, return_attention_scores=True),
        heads("GroupQueryAttention masks", L.GroupQueryAttention(3, 4, 4, use_bias=False), value=same, masks=Q_MASK, value_mask=V_MASK),
        heads("GroupQueryAttention gate", L.GroupQueryAttention(3, 2, 1, use_gate=True, sliding_window=2), value=same, key=KEY),
        heads("GroupQueryAttention dropout", L.GroupQueryAttention(3, 4, 2, dropout=0.5, seed=3), value=same, training=True),
    ]


def simple():
    value = draw((2, 5, 4), seed=1)
    return [
        case("Attention", L.Attention(), [QUERY, value]),
        case("Attention key", L.Attention(use_scale=True), [QUERY, VALUE, KEY]),
        case("Attention concat", L.Attention(score_mode="concat"), [QUERY, value]),
        case("Attention concat scaled", L.Attention(score_mode="concat", use_scale=True), [QUERY, value]),
        case("Attention masked", L.Attention(), [QUERY, value], masks=[Q_MASK, V_MASK]),
        case("Attention causal", L.Attention(), [QUERY, value], masks=[None, V_MASK], use_causal_mask=True, return_attention_scores=True),
        case("Attention dropout", L.Attention(dropout=0.5, seed=3), [QUERY, value], training=True),
        case("AdditiveAttention", L.AdditiveAttention(), [QUERY, value]),
        case("AdditiveAttention unscaled", L.AdditiveAttention(use_scale=False), [QUERY, value, KEY]),
        case("AdditiveAttention masked", L.AdditiveAttention(dropout=0.25, seed=1), [QUERY, value], masks=[Q_MASK, V_MASK], training=True),
        case("AdditiveAttention causal", L.AdditiveAttention(), [QUERY, QUERY], use_causal_mask=True),
    ]


def cases():
    return [*einsum_dense(), *multi_head(), *group_query(), *simple()]
