"""The basic layers: dense, dropout, activation, reshaping."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers


def cases():
    return [
        layer_case("Dense", L.Dense(3), draw((4, 5))),
        layer_case("Dense relu without bias", L.Dense(3, activation="relu", use_bias=False), draw((2, 3, 5))),
        layer_case("Dense regularized", L.Dense(2, kernel_regularizer="l2", bias_regularizer="l1"), draw((4, 3))),
        layer_case("Dense softmax", L.Dense(3, activation="softmax", kernel_initializer="he_normal"), draw((4, 3))),
        layer_case("Activation", L.Activation("tanh"), draw((3, 4))),
        layer_case("Activation masked", L.Activation("relu"), draw((2, 4, 3)), masks=np.array([[True, False, True, True], [True, True, False, False]])),
        layer_case("Activation softmax of images", L.Activation("softmax"), draw((2, 2, 3, 4))),
        layer_case("Activation of halves", L.Activation("leaky_relu", dtype="float16"), draw((3, 4))),
        layer_case("Flatten", L.Flatten(), draw((2, 3, 4))),
        layer_case("Flatten channels first", L.Flatten(data_format="channels_first"), draw((2, 3, 2, 2))),
        layer_case("Flatten channels first of steps", L.Flatten(data_format="channels_first"), draw((2, 3, 4))),
        layer_case("Flatten of one axis", L.Flatten(), draw((3,))),
        layer_case("Flatten of integers", L.Flatten(), np.arange(24, dtype="int32").reshape(2, 3, 1, 4)),
        layer_case("Dropout idle", L.Dropout(0.5), draw((3, 4))),
        layer_case("Dropout", L.Dropout(0.4, seed=3), draw((3, 4)), training=True),
        layer_case("Dropout noise shape", L.Dropout(0.5, noise_shape=(None, 1, 4), seed=9), draw((3, 2, 4)), training=True),
    ]
