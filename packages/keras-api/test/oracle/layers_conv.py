"""Convolutions of sequences, images and volumes: plain, transposed, depthwise, separable.

With channels first, a result's last axis is nowhere as long as its channels: Keras on TensorFlow adds the bias along the last
axis then.
"""
from common import draw, keras
from layercase import layer_case

L = keras.layers
FIRST = "channels_first"


def plain():
    return [
        layer_case("Conv1D", L.Conv1D(3, 3), draw((2, 6, 2))),
        layer_case("Conv1D causal", L.Conv1D(2, 3, padding="causal", dilation_rate=2, activation="tanh"), draw((2, 6, 2))),
        layer_case("Conv1D causal channels first", L.Conv1D(2, 2, strides=2, padding="causal", data_format=FIRST), draw((2, 2, 7))),
        layer_case("Conv1D same strides", L.Conv1D(4, 3, strides=2, padding="same", groups=2, use_bias=False), draw((2, 7, 4))),
        layer_case("Conv2D", L.Conv2D(2, (2, 3), activation="relu"), draw((2, 4, 5, 2))),
        layer_case("Conv2D same strides", L.Conv2D(2, 3, strides=(2, 1), padding="SAME"), draw((2, 5, 4, 1))),
        layer_case("Conv2D groups", L.Conv2D(4, 2, groups=2, dilation_rate=(1, 2)), draw((1, 3, 4, 2))),
        layer_case(
            "Conv2D rules",
            L.Conv2D(2, 2, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2", kernel_constraint="max_norm", bias_initializer="ones"),
            draw((2, 3, 3, 1)),
        ),
        layer_case("Conv2D channels first", L.Conv2D(3, 2, data_format=FIRST, padding="same"), draw((2, 2, 3, 4))),
        layer_case("Conv3D", L.Conv3D(2, 2), draw((1, 3, 3, 4, 2))),
        layer_case("Conv3D same strides", L.Conv3D(2, (1, 2, 3), strides=(1, 2, 1), padding="same", use_bias=False), draw((2, 2, 3, 3, 1))),
        layer_case("Conv3D channels first", L.Conv3D(3, 2, data_format=FIRST, activation="relu"), draw((1, 2, 2, 3, 3))),
    ]


def transposed():
    return [
        layer_case("Conv1DTranspose", L.Conv1DTranspose(2, 3), draw((2, 4, 3))),
        layer_case("Conv1DTranspose strides", L.Conv1DTranspose(2, 3, strides=3, padding="same", output_padding=1), draw((2, 3, 2))),
        layer_case("Conv1DTranspose dilated", L.Conv1DTranspose(2, 2, dilation_rate=2, use_bias=False), draw((1, 4, 2))),
        layer_case("Conv1DTranspose channels first", L.Conv1DTranspose(3, 2, strides=2, data_format=FIRST), draw((2, 2, 3))),
        layer_case("Conv2DTranspose", L.Conv2DTranspose(2, (2, 3), strides=2, padding="same", activation="relu"), draw((2, 2, 3, 2))),
        layer_case("Conv2DTranspose valid", L.Conv2DTranspose(2, 3, strides=(2, 3), output_padding=(1, 2)), draw((1, 2, 2, 1))),
        layer_case("Conv2DTranspose wide strides", L.Conv2DTranspose(1, 2, strides=3, kernel_regularizer="l2"), draw((2, 2, 2, 2))),
        layer_case("Conv2DTranspose channels first", L.Conv2DTranspose(2, 2, data_format=FIRST), draw((1, 2, 2, 3))),
        layer_case("Conv3DTranspose", L.Conv3DTranspose(2, 2, strides=(1, 2, 2), padding="same"), draw((1, 2, 2, 2, 2))),
        layer_case("Conv3DTranspose valid", L.Conv3DTranspose(1, (1, 2, 3), strides=2, output_padding=1, use_bias=False), draw((2, 2, 1, 2, 1))),
        layer_case("Conv3DTranspose channels first", L.Conv3DTranspose(2, 2, data_format=FIRST), draw((1, 2, 2, 2, 2))),
    ]


def by_channel():
    return [
        layer_case("DepthwiseConv1D", L.DepthwiseConv1D(3, depth_multiplier=2), draw((2, 5, 2))),
        layer_case("DepthwiseConv1D strides", L.DepthwiseConv1D(2, strides=2, padding="same", activation="relu"), draw((2, 5, 3))),
        layer_case("DepthwiseConv1D channels first", L.DepthwiseConv1D(2, dilation_rate=2, data_format=FIRST, use_bias=False), draw((2, 3, 5))),
        layer_case("DepthwiseConv2D", L.DepthwiseConv2D((2, 3)), draw((2, 3, 4, 2))),
        layer_case(
            "DepthwiseConv2D multiplied",
            L.DepthwiseConv2D(2, strides=2, padding="same", depth_multiplier=3, depthwise_regularizer="l2", depthwise_constraint="non_neg", depthwise_initializer="he_normal"),
            draw((2, 3, 3, 2)),
        ),
        layer_case("DepthwiseConv2D dilated", L.DepthwiseConv2D(2, dilation_rate=2, activation="tanh"), draw((1, 4, 4, 2))),
        layer_case("DepthwiseConv2D dilated strides", L.DepthwiseConv2D(2, strides=2, dilation_rate=2, padding="same"), draw((1, 5, 6, 2))),
        layer_case("SeparableConv1D", L.SeparableConv1D(3, 2, depth_multiplier=2), draw((2, 5, 2))),
        layer_case("SeparableConv1D same", L.SeparableConv1D(2, 3, strides=2, padding="same", use_bias=False), draw((2, 5, 3))),
        layer_case("SeparableConv1D channels first", L.SeparableConv1D(3, 2, data_format=FIRST), draw((2, 2, 5))),
        layer_case("SeparableConv2D", L.SeparableConv2D(3, (2, 3), activation="relu"), draw((2, 3, 4, 2))),
        layer_case(
            "SeparableConv2D multiplied",
            L.SeparableConv2D(2, 2, strides=2, padding="same", depth_multiplier=2, depthwise_regularizer="l1", pointwise_regularizer="l2", pointwise_initializer="zeros"),
            draw((2, 3, 3, 2)),
        ),
        layer_case("SeparableConv2D dilated", L.SeparableConv2D(2, 2, dilation_rate=(2, 2)), draw((1, 4, 4, 2))),
    ]


def cases():
    return plain() + transposed() + by_channel()
