"""Layers that make one tensor of several."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
A = np.array([[True, True, False], [True, False, False]])
B = np.array([[True, False, True], [False, False, True]])


def two(*shape):
    return [draw(shape), draw(shape, seed=1)]


def cases():
    elementwise = [L.Add, L.Multiply, L.Average, L.Maximum, L.Minimum]
    three = [*two(2, 3, 4), draw((2, 3, 4), seed=2)]
    return [
        *[layer_case(layer.__name__, layer(), three) for layer in elementwise],
        *[layer_case(f"{layer.__name__} masked", layer(), two(2, 3, 4), masks=[A, B]) for layer in elementwise],
        *[layer_case(f"{layer.__name__} masked once", layer(), two(2, 3, 4), masks=[A, None]) for layer in elementwise],
        *[layer_case(f"{layer.__name__} broadcasting", layer(), [draw((2, 3, 4)), draw((2, 1, 4), seed=1)]) for layer in elementwise],
        *[layer_case(f"{layer.__name__} ranks", layer(), [draw((2, 3, 4)), draw((2, 4), seed=1)]) for layer in elementwise],
        layer_case("Maximum of three masked", L.Maximum(), three, masks=[A, B, A]),
        layer_case("Subtract", L.Subtract(), two(3, 4)),
        layer_case("Subtract masked", L.Subtract(), two(2, 3, 4), masks=[A, B]),
        layer_case("Subtract masked once", L.Subtract(), two(2, 3, 4), masks=[A, None]),
        layer_case("Subtract broadcasting", L.Subtract(), [draw((2, 1, 4)), draw((2, 3, 1), seed=1)]),
        layer_case("Subtract ranks", L.Subtract(), [draw((2, 4)), draw((2, 3, 4), seed=1)]),
        layer_case("Concatenate", L.Concatenate(), [draw((2, 3)), draw((2, 4), seed=1), draw((2, 1), seed=2)]),
        layer_case("Concatenate axis", L.Concatenate(axis=1), [draw((2, 3, 2)), draw((2, 1, 2), seed=1)]),
        layer_case("Concatenate masked", L.Concatenate(), two(2, 3, 4), masks=[A, B]),
        layer_case("Concatenate steps masked once", L.Concatenate(axis=1), two(2, 3, 4), masks=[A, None]),
        layer_case("Dot", L.Dot(axes=1), two(3, 4)),
        layer_case("Dot of matrices", L.Dot(axes=(2, 1)), [draw((2, 3, 4)), draw((2, 4, 5), seed=1)]),
        layer_case("Dot from the end", L.Dot(axes=-1), [draw((2, 3, 4)), draw((2, 5, 4), seed=1)]),
        layer_case("Dot normalized", L.Dot(axes=(1, 2), normalize=True), [draw((2, 4, 3)), draw((2, 5, 4), seed=1)]),
        layer_case("Dot of volumes", L.Dot(axes=(2, 1)), [draw((2, 3, 4, 2)), draw((2, 4, 5), seed=1)]),
        layer_case("Dot of a vector", L.Dot(axes=(1, 1)), [draw((2, 4)), draw((2, 4, 5), seed=1)]),
        layer_case("Dot masked", L.Dot(axes=2), two(2, 3, 4), masks=[A, B]),
    ]
