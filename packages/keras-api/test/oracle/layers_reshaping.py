"""Other shapes of the same numbers: reshaping, borders, sizes of images; and rescaling.

Cubics and integers are resized to powers of two: TensorFlow reads cubics from a table of 1024 steps, and rounds places to
float32, which decides halves.
"""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
FIRST = "channels_first"
MASK = np.array([[True, False, True], [True, True, False]])


def pixels(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")


def shapes():
    return [
        layer_case("Reshape", L.Reshape((3, 2, 2)), draw((2, 12))),
        layer_case("Reshape open", L.Reshape((2, -1)), draw((2, 3, 4))),
        layer_case("Reshape flat", L.Reshape((-1,)), draw((2, 3, 2))),
        layer_case("Reshape to scalars", L.Reshape(()), draw((3, 1))),
        layer_case("Permute", L.Permute((2, 1)), draw((2, 3, 4))),
        layer_case("Permute four axes", L.Permute((3, 1, 2)), draw((2, 2, 3, 4))),
        layer_case("Permute nothing", L.Permute((1, 2)), draw((2, 3, 4))),
        layer_case("Permute pixels", L.Permute((2, 3, 1)), pixels((2, 2, 3, 4))),
        layer_case("Permute five axes", L.Permute((4, 2, 1, 3)), draw((1, 2, 3, 2, 4))),
        layer_case("RepeatVector", L.RepeatVector(3), draw((2, 4))),
        layer_case("RepeatVector once", L.RepeatVector(1), draw((3, 2))),
        layer_case("RepeatVector of integers", L.RepeatVector(4), np.arange(6, dtype="int32").reshape(2, 3)),
        layer_case("RepeatVector of halves", L.RepeatVector(2, dtype="float16"), draw((2, 3))),
        layer_case("Rescaling", L.Rescaling(0.5, offset=-1.0), draw((2, 3, 2))),
        layer_case("Rescaling pixels", L.Rescaling(1 / 255), pixels((2, 2, 2, 3))),
        layer_case("Rescaling channels", L.Rescaling([1.0, 2.0, 0.5], offset=[0.0, 1.0, -1.0]), draw((2, 2, 3))),
        layer_case("Rescaling masked", L.Rescaling(2), draw((2, 3, 2)), masks=MASK),
    ]


def borders():
    return [
        layer_case("ZeroPadding1D", L.ZeroPadding1D(), draw((2, 3, 2))),
        layer_case("ZeroPadding1D two sides", L.ZeroPadding1D((0, 2), data_format=FIRST), draw((2, 2, 3))),
        layer_case("ZeroPadding1D in front", L.ZeroPadding1D((3, 1)), draw((2, 3, 2))),
        layer_case("ZeroPadding1D of nothing", L.ZeroPadding1D(0), draw((2, 3, 2))),
        layer_case("ZeroPadding1D pixels", L.ZeroPadding1D(2), pixels((2, 3, 2))),
        layer_case("ZeroPadding2D", L.ZeroPadding2D(2), draw((1, 2, 3, 2))),
        layer_case("ZeroPadding2D axes", L.ZeroPadding2D((0, 1)), draw((2, 2, 2, 1))),
        layer_case("ZeroPadding2D sides", L.ZeroPadding2D(((1, 0), (2, 1)), data_format=FIRST), draw((1, 2, 2, 3))),
        layer_case("ZeroPadding3D", L.ZeroPadding3D(), draw((1, 2, 1, 2, 2))),
        layer_case("ZeroPadding3D mixed", L.ZeroPadding3D((1, (0, 2), 0), data_format=FIRST), draw((1, 2, 2, 2, 2))),
        layer_case("ZeroPadding3D axes", L.ZeroPadding3D((0, 2, 1)), draw((2, 2, 1, 2, 1))),
        layer_case("ZeroPadding3D sides", L.ZeroPadding3D(((1, 0), (0, 2), (2, 1))), draw((1, 1, 2, 2, 2))),
        layer_case("Cropping1D", L.Cropping1D(), draw((2, 5, 2))),
        layer_case("Cropping1D behind", L.Cropping1D((0, 2)), draw((2, 5, 2))),
        layer_case("Cropping1D in front", L.Cropping1D((3, 1)), draw((2, 5, 2))),
        layer_case("Cropping1D idle", L.Cropping1D(0), draw((2, 3, 2))),
        layer_case("Cropping1D pixels", L.Cropping1D(2), pixels((2, 5, 2))),
        layer_case("Cropping2D idle", L.Cropping2D(), draw((1, 2, 3, 2))),
        layer_case("Cropping2D axes", L.Cropping2D((1, 0)), draw((2, 4, 2, 2))),
        layer_case("Cropping2D sides", L.Cropping2D(((1, 0), (1, 2)), data_format=FIRST), draw((1, 2, 3, 5))),
        layer_case("Cropping3D", L.Cropping3D(), draw((1, 3, 4, 3, 2))),
        layer_case("Cropping3D mixed", L.Cropping3D((1, (0, 1), (1, 0)), data_format=FIRST), draw((1, 2, 4, 3, 2))),
        layer_case("Cropping3D axes", L.Cropping3D((0, 1, 2)), draw((2, 2, 3, 5, 1))),
        layer_case("Cropping3D sides", L.Cropping3D(((1, 0), (0, 2), (2, 1))), draw((1, 2, 3, 4, 2))),
    ]


def sizes():
    ways = ("bilinear", "bicubic", "lanczos3", "lanczos5")
    return [
        layer_case("UpSampling1D", L.UpSampling1D(3), draw((2, 3, 2))),
        layer_case("UpSampling1D default", L.UpSampling1D(), draw((3, 2, 4))),
        layer_case("UpSampling1D once", L.UpSampling1D(1), draw((2, 3, 2))),
        layer_case("UpSampling1D pixels", L.UpSampling1D(2), pixels((2, 3, 2))),
        layer_case("UpSampling2D", L.UpSampling2D(), draw((2, 2, 3, 2))),
        layer_case("UpSampling2D channels first", L.UpSampling2D((1, 3), data_format=FIRST), draw((1, 2, 2, 2))),
        *(layer_case(f"UpSampling2D {way}", L.UpSampling2D((2, 2), interpolation=way), draw((1, 4, 2, 2))) for way in ways),
        layer_case("UpSampling2D bilinear channels first", L.UpSampling2D(2, interpolation="bilinear", data_format=FIRST), draw((1, 2, 3, 2))),
        layer_case("UpSampling3D", L.UpSampling3D((1, 2, 3)), draw((1, 2, 2, 1, 2))),
        layer_case("UpSampling3D channels first", L.UpSampling3D(data_format=FIRST), draw((1, 2, 1, 2, 2))),
        layer_case("UpSampling3D one axis", L.UpSampling3D((1, 1, 4)), draw((2, 2, 1, 2, 2))),
        layer_case("UpSampling3D channels first, sizes", L.UpSampling3D((3, 2, 1), data_format=FIRST), draw((1, 2, 1, 2, 3))),
        *(layer_case(f"Resizing {way}", L.Resizing(2, 4, interpolation=way), draw((1, 3, 3, 2))) for way in (*ways, "nearest")),
        *(layer_case(f"Resizing antialiased {way}", L.Resizing(2, 3, interpolation=way, antialias=True), draw((1, 5, 6, 1))) for way in ways),
        layer_case("Resizing bilinear to three", L.Resizing(3, 5), draw((1, 4, 3, 2))),
        layer_case("Resizing pixels", L.Resizing(2, 4), pixels((2, 3, 5, 2))),
        layer_case("Resizing pixels bicubic", L.Resizing(4, 4, interpolation="bicubic"), pixels((1, 3, 3, 2), seed=1)),
        layer_case("Resizing one image", L.Resizing(2, 4), draw((3, 3, 2))),
        layer_case("Resizing channels first", L.Resizing(2, 4, data_format=FIRST), draw((1, 2, 3, 3))),
        layer_case("Resizing cropped", L.Resizing(2, 3, crop_to_aspect_ratio=True), draw((1, 5, 4, 1))),
        layer_case("Resizing cropped wide", L.Resizing(3, 2, crop_to_aspect_ratio=True), draw((2, 3, 7, 1))),
        layer_case("Resizing padded", L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=0.5), draw((1, 5, 2, 1))),
        layer_case("Resizing padded wide", L.Resizing(4, 4, pad_to_aspect_ratio=True), draw((2, 2, 6, 1))),
        layer_case("CenterCrop", L.CenterCrop(2, 3), draw((1, 5, 4, 2))),
        layer_case("CenterCrop enlarged", L.CenterCrop(4, 3), draw((1, 3, 5, 2))),
        layer_case("CenterCrop one image channels first", L.CenterCrop(2, 2, data_format=FIRST), draw((2, 3, 5))),
    ]


def cases():
    return shapes() + borders() + sizes()
