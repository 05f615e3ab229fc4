"""Layers of noise and penalties, activation layers, masks, and embeddings."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
MASK = np.array([[True, True, False], [True, False, False]])
STEPS = np.array([[[1, 2], [0, 0], [0, 3]], [[0, 0], [0, 0], [4, 0]]], "float32")
IDS = np.array([[1, 2, 0], [4, 1, 1]], "int32")


def noise():
    return [
        layer_case("SpatialDropout1D", L.SpatialDropout1D(0.5, seed=2), draw((3, 2, 4)), training=True),
        layer_case("SpatialDropout1D idle", L.SpatialDropout1D(0.5), draw((3, 2, 4))),
        layer_case("SpatialDropout1D masked", L.SpatialDropout1D(0.25, seed=7), draw((2, 3, 4)), masks=MASK, training=True),
        layer_case("SpatialDropout2D", L.SpatialDropout2D(0.5, seed=2), draw((2, 2, 2, 4)), training=True),
        layer_case("SpatialDropout2D channels first", L.SpatialDropout2D(0.5, data_format="channels_first", seed=3), draw((2, 4, 2, 2)), training=True),
        layer_case("SpatialDropout2D idle", L.SpatialDropout2D(0.75), draw((2, 2, 2, 4))),
        layer_case("SpatialDropout2D without a rate", L.SpatialDropout2D(0), draw((2, 2, 2, 4)), training=True),
        layer_case("SpatialDropout3D", L.SpatialDropout3D(0.5, seed=2), draw((2, 2, 1, 2, 4)), training=True),
        layer_case("SpatialDropout3D idle", L.SpatialDropout3D(0.5), draw((2, 2, 1, 2, 4))),
        layer_case("SpatialDropout3D channels first", L.SpatialDropout3D(0.25, data_format="channels_first", seed=6), draw((2, 4, 2, 1, 2)), training=True),
        layer_case("GaussianNoise", L.GaussianNoise(0.5, seed=4), draw((3, 5)), training=True),
        layer_case("GaussianNoise idle", L.GaussianNoise(0.5), draw((3, 5))),
        layer_case("GaussianNoise without noise", L.GaussianNoise(0), draw((3, 5)), training=True),
        layer_case("GaussianNoise masked", L.GaussianNoise(1.0, seed=8), draw((2, 3, 4)), masks=MASK, training=True),
        layer_case("GaussianDropout", L.GaussianDropout(0.25, seed=4), draw((3, 5)), training=True),
        layer_case("GaussianDropout without a rate", L.GaussianDropout(0), draw((3, 5)), training=True),
        layer_case("GaussianDropout idle", L.GaussianDropout(0.5), draw((3, 5))),
        layer_case("GaussianDropout masked", L.GaussianDropout(0.5, seed=8), draw((2, 3, 4)), masks=MASK, training=True),
        layer_case("AlphaDropout", L.AlphaDropout(0.25, seed=5), draw((3, 5)), training=True),
        layer_case("AlphaDropout noise shape", L.AlphaDropout(0.5, noise_shape=(None, 1, 4), seed=9), draw((3, 2, 4)), training=True),
        layer_case("AlphaDropout masked", L.AlphaDropout(0.5, seed=9), draw((2, 3, 4)), masks=MASK),
        layer_case("ActivityRegularization", L.ActivityRegularization(l1=0.25, l2=0.5), draw((3, 4))),
        layer_case("ActivityRegularization masked", L.ActivityRegularization(), draw((2, 3, 4)), masks=MASK),
        layer_case("ActivityRegularization l1", L.ActivityRegularization(l1=0.5), draw((2, 3, 4)), training=True),
        layer_case("ActivityRegularization l2 of images", L.ActivityRegularization(l2=0.125), draw((2, 2, 3, 2))),
    ]


def activations():
    return [
        layer_case("ReLU", L.ReLU(), draw((3, 4))),
        layer_case("ReLU options", L.ReLU(max_value=0.75, negative_slope=0.25, threshold=0.125), draw((3, 4))),
        layer_case("ReLU at most", L.ReLU(max_value=0.5), draw((2, 3, 4)), masks=MASK),
        layer_case("ReLU at most 0", L.ReLU(max_value=0, negative_slope=0.5), draw((3, 4))),
        layer_case("ReLU threshold", L.ReLU(threshold=0.5), draw((3, 4))),
        layer_case("ReLU threshold above the largest", L.ReLU(max_value=0.25, threshold=0.5), draw((3, 4))),
        layer_case("LeakyReLU", L.LeakyReLU(), draw((3, 4))),
        layer_case("LeakyReLU slope", L.LeakyReLU(negative_slope=0.1), draw((2, 3, 4)), masks=MASK),
        layer_case("LeakyReLU flat", L.LeakyReLU(negative_slope=0), draw((3, 4))),
        layer_case("LeakyReLU steep", L.LeakyReLU(negative_slope=2.0), draw((2, 2, 3, 2))),
        layer_case("ELU", L.ELU(alpha=0.5), draw((3, 4))),
        layer_case("ELU default", L.ELU(), draw((2, 2, 3, 2), low=-8, high=8)),
        layer_case("ELU masked", L.ELU(alpha=2), draw((2, 3, 4)), masks=MASK),
        layer_case("ELU flat", L.ELU(alpha=0), draw((3, 4))),
        layer_case("PReLU", L.PReLU(), draw((3, 4))),
        layer_case("PReLU shared", L.PReLU(shared_axes=[1, 2], alpha_regularizer="l2"), draw((2, 3, 2, 4))),
        layer_case("PReLU one axis", L.PReLU(shared_axes=1, alpha_constraint="non_neg"), draw((2, 3, 4)), masks=MASK),
        layer_case("Softmax", L.Softmax(), draw((3, 4))),
        layer_case("Softmax axis", L.Softmax(axis=1), draw((2, 3, 4))),
        layer_case("Softmax axes", L.Softmax(axis=[1, 2]), draw((2, 3, 4))),
        layer_case("Softmax masked", L.Softmax(), draw((2, 3)), masks=MASK),
        layer_case("Softmax nothing left", L.Softmax(axis=[-1]), draw((2, 3)), masks=MASK & [[True], [False]]),
        layer_case("Softmax axes masked", L.Softmax(axis=[1, 2]), draw((2, 2, 3)), masks=MASK),
    ]


def core():
    return [
        layer_case("Masking", L.Masking(), STEPS),
        layer_case("Masking value", L.Masking(mask_value=2.0), STEPS),
        layer_case("Masking a negative value", L.Masking(mask_value=-1), np.where(STEPS == 0, -1, STEPS).astype("float32")),
        layer_case("Masking images", L.Masking(), STEPS.reshape(1, 2, 3, 2)),
        layer_case("Masking the masked", L.Masking(), STEPS, masks=MASK),
        layer_case("Identity", L.Identity(), draw((2, 3, 4)), masks=MASK),
        layer_case("Identity of two", L.Identity(), [draw((2, 3, 4)), draw((2, 3), seed=1)]),
        layer_case("Identity of names", L.Identity(), {"b": draw((2, 3)), "a": IDS}),
        layer_case("Identity of integers", L.Identity(), IDS),
        layer_case("Embedding", L.Embedding(5, 3), IDS),
        layer_case("Embedding of masks", L.Embedding(5, 2, mask_zero=True, embeddings_initializer="he_normal"), IDS),
        layer_case("Embedding of floats", L.Embedding(5, 2, embeddings_regularizer="l2", embeddings_constraint="max_norm"), IDS.astype("float32")),
        layer_case("Embedding from the end", L.Embedding(5, 2), np.array([-1, 0, -5], "int32")),
    ]


def cases():
    return [*noise(), *activations(), *core()]
