"""Normalising layers, and the wrapper that normalises a kernel."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
MASK = np.array([[True, True, False, True], [True, False, False, True], [True, True, True, True]])

IDS = np.array([[1, 2, 0], [4, 1, 1]], "int32")


def case(name, layer, *args, **kwargs):
    """Building changes some configs: the one after it is held, too."""
    row = layer_case(name, layer, *args, **kwargs)
    return {**row, "built_config": keras.saving.serialize_keras_object(layer)["config"]}


def frozen(layer):
    layer.trainable = False
    return layer


def cases():
    clipping = {"rmax": 1.5, "rmin": 0.5, "dmax": 0.25}
    return [
        case("BatchNormalization", L.BatchNormalization(), draw((4, 3))),
        case("BatchNormalization training", L.BatchNormalization(momentum=0.75), draw((4, 3)), training=True),
        case("BatchNormalization of images", L.BatchNormalization(epsilon=0.01), draw((2, 3, 2, 2)), training=True),
        case("BatchNormalization axis", L.BatchNormalization(axis=1, momentum=0.5), draw((2, 3, 2, 2)), training=True),
        case("BatchNormalization bare", L.BatchNormalization(center=False, scale=False), draw((4, 3)), training=True),
        case("BatchNormalization masked", L.BatchNormalization(momentum=0.5), draw((3, 4, 2)), training=True, masks=MASK),
        case("BatchNormalization masked idle", L.BatchNormalization(), draw((3, 4, 2)), masks=MASK),
        case("BatchNormalization frozen", frozen(L.BatchNormalization()), draw((4, 3)), training=True),
        case("BatchNormalization renorm", L.BatchNormalization(renorm=True, momentum=0.5, renorm_momentum=0.75), draw((4, 3)), training=True),
        case("BatchNormalization renorm clipped", L.BatchNormalization(renorm=True, renorm_clipping=clipping, scale=False), draw((4, 3)), training=True),
        case("BatchNormalization renorm uncentered", L.BatchNormalization(renorm=True, renorm_clipping={"dmax": 0.5}, center=False), draw((4, 3)), training=True),
        case("BatchNormalization renorm idle", L.BatchNormalization(renorm=True), draw((4, 3))),
        case("BatchNormalization rules", L.BatchNormalization(gamma_regularizer="l2", beta_constraint="non_neg", synchronized=True), draw((4, 3))),
        case("LayerNormalization", L.LayerNormalization(), draw((4, 3))),
        case("LayerNormalization axes", L.LayerNormalization(axis=(-1, 1), epsilon=0.01), draw((2, 3, 2, 4)), training=True),
        case("LayerNormalization axis 1", L.LayerNormalization(axis=1), draw((2, 3, 4))),
        case("LayerNormalization bare", L.LayerNormalization(center=False, scale=False), draw((4, 3))),
        case("LayerNormalization masked", L.LayerNormalization(gamma_regularizer="l1"), draw((3, 4, 2)), masks=MASK),
        case("LayerNormalization rms scaling", L.LayerNormalization(rms_scaling=True), draw((4, 3))),
        case("GroupNormalization", L.GroupNormalization(2), draw((2, 3, 4))),
        case("GroupNormalization axis", L.GroupNormalization(2, axis=1, epsilon=0.01), draw((2, 4, 3, 2))),
        case("GroupNormalization axis from the end", L.GroupNormalization(2, axis=-2, scale=False), draw((2, 3, 4, 2))),
        case("GroupNormalization each", L.GroupNormalization(-1, center=False), draw((2, 3, 2, 4))),
        case("RMSNormalization", L.RMSNormalization(), draw((4, 3))),
        case("RMSNormalization axes", L.RMSNormalization(axis=(1, 2), epsilon=0.01), draw((2, 3, 4))),
        case("RMSNormalization of images", L.RMSNormalization(epsilon=0.5), draw((2, 3, 2, 4))),
        case("RMSNormalization axes from the end", L.RMSNormalization(axis=[-1, -2]), draw((2, 2, 3, 4))),
        case("RMSNormalization of halves", L.RMSNormalization(dtype="mixed_float16"), draw((4, 3))),
        case("UnitNormalization", L.UnitNormalization(), draw((4, 3))),
        case("UnitNormalization axes", L.UnitNormalization(axis=[1, 2]), draw((2, 3, 4))),
        case("UnitNormalization axis", L.UnitNormalization(axis=1), draw((2, 3, 4))),
        case("UnitNormalization axes from the end", L.UnitNormalization(axis=[-1, 1]), draw((2, 3, 2, 4))),
        case("UnitNormalization of zeros", L.UnitNormalization(), draw((4, 3)) * np.array([[1], [0], [1], [0]], "float32")),
        case("UnitNormalization masked", L.UnitNormalization(axis=-2), draw((3, 4, 2)), masks=MASK),
        case("SpectralNormalization", L.SpectralNormalization(L.Dense(2)), draw((4, 3)), training=True),
        case("SpectralNormalization idle", L.SpectralNormalization(L.Dense(2, use_bias=False)), draw((4, 3))),
        case("SpectralNormalization twice", L.SpectralNormalization(L.Conv2D(2, 2), power_iterations=2), draw((1, 3, 3, 2)), training=True),
        case("SpectralNormalization of an embedding", L.SpectralNormalization(L.Embedding(5, 2)), IDS, training=True),
    ]
