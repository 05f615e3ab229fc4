"""Writes golden.json: what TensorFlow gives where conventions differ: padding of even windows, sizes of transposed convolutions, pixel centres.

    python generate.py [--check]

Needs tensorflow-cpu and keras 3. Inputs are not stored: both sides make them of small whole numbers.
"""
import json
import os
import pathlib
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "scripts" / "oracle"))
from golden import finish  # noqa: E402

cases = []


def whole(shape, salt):
    return ((np.arange(np.prod(shape)) * 7 + salt) % 11 - 5).reshape(shape).astype(np.float32)


def case(op, shapes, args, call):
    y = np.asarray(call(*[tf.constant(whole(s, i)) for i, s in enumerate(shapes)]))
    cases.append({"op": op, "inputs": shapes, "args": args, "shape": list(y.shape), "data": [float(f"{v:.9g}") for v in y.ravel().tolist()]})


def transposed(rank, shapes, strides, padding, output_padding=None, dilations=1):
    args = {"strides": strides, "padding": padding}
    if output_padding is not None:
        args["outputPadding"] = output_padding
    if dilations != 1:
        args["dilations"] = dilations
    call = lambda x, w: keras.ops.conv_transpose(x, w, strides, padding, output_padding, "channels_last", dilations)
    case(f"conv{rank}dTranspose", shapes, [args], call)


for padding in ("valid", "same"):
    for strides in (1, 2, 3):
        case("conv1d", [[1, 7, 1], [4, 1, 1]], [{"strides": strides, "padding": padding}], lambda x, w: keras.ops.conv(x, w, strides, padding))
        transposed(1, [[1, 4, 2], [4, 1, 2]], strides, padding)
        transposed(1, [[1, 4, 1], [3, 1, 1]], strides, padding)
    transposed(2, [[1, 3, 2, 1], [3, 2, 2, 1]], 2, padding)
    transposed(2, [[1, 3, 3, 1], [3, 3, 1, 1]], 2, padding, 1)
    transposed(2, [[1, 3, 3, 1], [4, 4, 1, 1]], 2, padding, 1)
    transposed(2, [[1, 3, 3, 1], [2, 2, 1, 1]], 3, padding)
    transposed(3, [[1, 2, 2, 2, 1], [3, 2, 2, 1, 1]], 2, padding)
    case("conv3d", [[1, 3, 4, 3, 1], [2, 4, 3, 1, 1]], [{"strides": 2, "padding": "same"}], lambda x, w: keras.ops.conv(x, w, 2, "same"))
    case("depthwiseConv2d", [[1, 5, 4, 2], [2, 4, 2, 2]], [{"strides": 2, "padding": padding}] , lambda x, w: keras.ops.depthwise_conv(x, w, 2, padding)) if padding == "same" else None
    for dilations in (2, 3):
        case("depthwiseConv2d", [[1, 7, 7, 2], [2, 3, 2, 1]], [{"dilations": dilations, "padding": padding}], lambda x, w: keras.ops.depthwise_conv(x, w, 1, padding, None, dilations))
    case("depthwiseConv1d", [[1, 7, 2], [4, 2, 1]], [{"strides": 2, "padding": padding}], lambda x, w: keras.ops.depthwise_conv(x, w, 2, padding))
    case("separableConv2d", [[1, 4, 5, 2], [2, 3, 2, 1], [1, 1, 2, 2]], [{"padding": padding}], lambda x, w, p: keras.ops.separable_conv(x, w, p, 1, padding))
    for name, pool in (("max", keras.ops.max_pool), ("avg", keras.ops.average_pool)):
        case(f"{name}Pool1d", [[1, 7, 2]], [4, {"strides": 2, "padding": padding}], lambda x: pool(x, 4, 2, padding))
        case(f"{name}Pool3d", [[1, 3, 4, 5, 1]], [2, {"strides": 2, "padding": padding}], lambda x: pool(x, 2, 2, padding))

RESIZES = {
    "resizeNearestNeighbor": ("nearest", [[3, 5], [7, 4], [6, 10]]),
    "resizeBilinear": ("bilinear", [[3, 4], [7, 9], [6, 10]]),
    "resizeBicubic": ("bicubic", [[3, 4], [8, 10]]),
    "resizeLanczos3": ("lanczos3", [[3, 4], [7, 9]]),
    "resizeLanczos5": ("lanczos5", [[3, 4], [7, 9]]),
}
for op, (method, sizes) in RESIZES.items():
    for size in sizes:
        for antialias in (False, True) if method != "nearest" else (False,):
            more = [{"antialias": True}] if antialias else []
            case(op, [[1, 6, 5, 1]], [size, *more], lambda x: tf.image.resize(x, size, method=method, antialias=antialias))
# The rounding of a float32 decides which pixel is nearest.
case("resizeNearestNeighbor", [[1, 1, 2, 1]], [[1, 41]], lambda x: tf.image.resize(x, [1, 41], method="nearest"))


def text(golden):
    """A case a line."""
    lines = ",\n".join("    " + json.dumps(c) for c in golden["cases"])
    return f'{{\n  "tensorflow": "{golden["tensorflow"]}",\n  "keras": "{golden["keras"]}",\n  "cases": [\n{lines}\n  ]\n}}\n'


golden = {"tensorflow": tf.__version__, "keras": keras.__version__, "cases": cases}
finish(__doc__.splitlines()[0], HERE / "golden.json", golden, text)
