"""Pooling: of windows, of everything, and to a given size.

No two numbers are equal: of several largest ones in a window, TensorFlow's gradient takes the first, or all in volumes.
"""
from common import keras, np
from layercase import layer_case

L = keras.layers
FIRST = "channels_first"
MASK = np.array([[True, False, True, True], [True, True, False, False]])
SHAPES = {1: (2, 7, 2), 2: (2, 5, 4, 2), 3: (1, 4, 3, 5, 2)}


def draw(shape):
    n = int(np.prod(shape))
    return ((np.random.default_rng(n).permutation(n) - n // 2) / 64).astype("float32").reshape(shape)


def windows():
    out = []
    for kind in ("Max", "Average"):
        one, two, three = (getattr(L, f"{kind}Pooling{n}D") for n in (1, 2, 3))
        out += [
            layer_case(f"{kind}Pooling1D", one(2), draw(SHAPES[1])),
            layer_case(f"{kind}Pooling1D same strides", one(3, strides=2, padding="same"), draw(SHAPES[1])),
            layer_case(f"{kind}Pooling1D channels first", one(pool_size=2, strides=1, data_format=FIRST), draw((2, 2, 5))),
            layer_case(f"{kind}Pooling2D", two(2), draw(SHAPES[2])),
            layer_case(f"{kind}Pooling2D same strides", two((3, 2), strides=(2, 1), padding="same"), draw(SHAPES[2])),
            layer_case(f"{kind}Pooling2D channels first", two((1, 2), data_format=FIRST), draw((2, 2, 3, 4))),
            layer_case(f"{kind}Pooling3D", three(2), draw(SHAPES[3])),
            layer_case(f"{kind}Pooling3D same strides", three((2, 1, 3), strides=(1, 2, 2), padding="same"), draw(SHAPES[3])),
            layer_case(f"{kind}Pooling3D channels first", three(2, strides=1, data_format=FIRST), draw((1, 2, 2, 3, 2))),
        ]
    return out


def everything():
    out = []
    for kind in ("Max", "Average"):
        for n, shape in SHAPES.items():
            make = getattr(L, f"Global{kind}Pooling{n}D")
            out += [
                layer_case(f"Global{kind}Pooling{n}D", make(), draw(shape)),
                layer_case(f"Global{kind}Pooling{n}D kept axes", make(keepdims=True), draw(shape)),
                layer_case(f"Global{kind}Pooling{n}D channels first", make(data_format=FIRST, keepdims=n == 2), draw(shape)),
            ]
    return out + [
        layer_case("GlobalAveragePooling1D masked", L.GlobalAveragePooling1D(), draw((2, 4, 3)), masks=MASK),
        layer_case("GlobalAveragePooling1D masked kept axis", L.GlobalAveragePooling1D(keepdims=True), draw((2, 4, 3)), masks=MASK),
        layer_case("GlobalAveragePooling1D masked channels first", L.GlobalAveragePooling1D(data_format=FIRST), draw((2, 3, 4)), masks=MASK),
    ]


def adaptive():
    out = []
    for kind in ("Max", "Average"):
        one, two, three = (getattr(L, f"Adaptive{kind}Pooling{n}D") for n in (1, 2, 3))
        out += [
            layer_case(f"Adaptive{kind}Pooling1D", one(3), draw(SHAPES[1])),
            layer_case(f"Adaptive{kind}Pooling1D even", one(2), draw((2, 6, 2))),
            layer_case(f"Adaptive{kind}Pooling1D channels first", one(4, data_format=FIRST), draw((2, 2, 7))),
            layer_case(f"Adaptive{kind}Pooling2D", two((3, 2)), draw(SHAPES[2])),
            layer_case(f"Adaptive{kind}Pooling2D channels first", two(2, data_format=FIRST), draw((2, 2, 5, 3))),
            layer_case(f"Adaptive{kind}Pooling2D even rows", two((2, 3)), draw((2, 6, 5, 2))),
            layer_case(f"Adaptive{kind}Pooling2D enlarged", two((5, 3)), draw((1, 3, 3, 2))),
            layer_case(f"Adaptive{kind}Pooling3D", three((2, 2, 3)), draw(SHAPES[3])),
            layer_case(f"Adaptive{kind}Pooling3D channels first", three(2, data_format=FIRST), draw((1, 2, 3, 4, 3))),
            layer_case(f"Adaptive{kind}Pooling3D even", three((2, 1, 3)), draw((2, 4, 2, 3, 1))),
            layer_case(f"Adaptive{kind}Pooling3D channels first, sizes", three((1, 3, 2), data_format=FIRST), draw((1, 2, 2, 4, 5))),
        ]
    return out


def cases():
    return windows() + everything() + adaptive()
