"""The benchmark's models in Keras: those of antler/stacks.ts."""

import keras
from keras import layers

RELU = {"activation": "relu"}


def mlp(x):
    """Two hidden layers of 512 units."""
    return layers.Dense(512, **RELU)(layers.Dense(512, **RELU)(x))


def cnn(x):
    """Two convolutions, each with its pooling, and a hidden layer."""
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, **RELU)(x))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, **RELU)(x))
    return layers.Dense(128, **RELU)(layers.Flatten()(x))


def readme_cnn(x):
    """One convolution with its pooling, and a hidden layer."""
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, **RELU)(x))
    return layers.Dense(100, **RELU)(layers.Flatten()(x))


def lstm(x):
    """One recurrent layer, of which the last state counts."""
    return layers.LSTM(128)(x)


def transformer(x):
    """A block of an encoder, normalised after each half; the mean of its steps counts."""
    attended = layers.MultiHeadAttention(num_heads=8, key_dim=32)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    wide = layers.Dense(256)(layers.Dense(1024, **RELU)(x))
    x = layers.LayerNormalization()(layers.Add()([x, wide]))
    return layers.GlobalAveragePooling1D()(x)


def separable_cnn(x):
    """MobileNet's beginning: a convolution and three depthwise separable ones."""
    x = normalised(layers.Conv2D(32, 3, padding="same", use_bias=False)(x))
    for filters, strides in ((64, 1), (128, 2), (256, 2)):
        depthwise = layers.DepthwiseConv2D(
            3, strides=strides, padding="same", use_bias=False
        )
        x = normalised(depthwise(x))
        x = normalised(layers.Conv2D(filters, 1, use_bias=False)(x))
    return layers.GlobalAveragePooling2D()(x)


def normalised(x):
    """Normalise over the batch and cut off what is negative."""
    return layers.ReLU()(layers.BatchNormalization()(x))


BODIES = {
    "mlp": mlp,
    "cnn": cnn,
    "readme-cnn": readme_cnn,
    "lstm": lstm,
    "transformer": transformer,
    "separable-cnn": separable_cnn,
}


def build_model(name: str, shape: tuple[int, ...]) -> keras.Model:
    """Return the model of that name for samples of that shape: ten classes."""
    inputs = keras.Input(shape)
    outputs = layers.Dense(10, activation="softmax")(BODIES[name](inputs))
    return keras.Model(inputs, outputs)
