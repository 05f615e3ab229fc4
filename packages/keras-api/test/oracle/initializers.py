"""Initializers: the numbers of a seed, and configs."""
from common import keras, np, numbers

DENSE, KERNEL = [5, 3], [3, 2, 4, 6]
SEEDED = [
    ("RandomNormal", {}),
    ("normal", {"mean": 1.0, "stddev": 2.0}),
    ("RandomUniform", {}),
    ("uniform", {"minval": -1.0, "maxval": 2.0}),
    ("TruncatedNormal", {}),
    ("truncated_normal", {"mean": -3.0, "stddev": 2.0}),
    ("GlorotNormal", {}),
    ("glorot_uniform", {}),
    ("he_normal", {}),
    ("HeUniform", {}),
    ("lecun_normal", {}),
    ("LecunUniform", {}),
    ("GlorotUniform", {"input_axes": [0], "output_axes": [-1]}),
    ("VarianceScaling", {}),
    *(
        ("VarianceScaling", {"scale": 2.0, "mode": mode, "distribution": distribution})
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ),
    ("VarianceScaling", {"distribution": "normal"}),
    ("variance_scaling", {"mode": "fan_out", "input_axes": [-1], "output_axes": [0, 1]}),
    ("Orthogonal", {}),
    ("OrthogonalInitializer", {"gain": 1.5}),
]
FIXED = [
    ("Zeros", {}, DENSE, "float32"),
    ("zero", {}, KERNEL, "int32"),
    ("Ones", {}, DENSE, "float32"),
    ("one", {}, [], "bool"),
    ("Constant", {"value": 0.0}, DENSE, "float32"),
    ("Constant", {"value": 2.5}, KERNEL, "float32"),
    ("constant", {"value": [1, 2, 3]}, DENSE, "float32"),
    ("Identity", {}, [3, 3], "float32"),
    ("identity", {}, [2, 4], "float32"),
    ("IdentityInitializer", {}, [4, 2], "float32"),
    ("STFT", {}, [16, 1, 9], "float32"),
    ("stft", {"side": "imag"}, [16, 1, 9], "float32"),
    ("STFTInitializer", {"window": None}, [9, 1, 5], "float32"),
    ("STFT", {"scaling": None, "periodic": True}, [8, 1, 5], "float32"),
    ("STFT", {"window": [0.5, 1.0, 1.0, 0.25]}, [4, 1, 3], "float32"),
    *(
        ("STFT", {"window": window, "scaling": "spectrum", "periodic": periodic}, [12, 1, 9], "float32")
        for window in ("boxcar", "hamming", "blackman", "nuttall", "blackmanharris", "flattop")
        for periodic in (False, True)
    ),
]


def case(name, options, shape=None, dtype="float32"):
    initializer = keras.initializers.get({"class_name": name, "config": options})
    out = {"class": name, "options": options, "serialized": keras.initializers.serialize(initializer)}
    return out if shape is None else {**out, "values": numbers(initializer(shape, dtype=dtype))}


def cases():
    out = [case(name, options) for name, options in SEEDED]
    for name, options in SEEDED:
        out += [case(name, {**options, "seed": 7}, shape) for shape in (DENSE, KERNEL)]
    # More than int32 holds, and less than nothing; a vector, a scalar, wide, tall, and nothing at all.
    out += [case("GlorotNormal", {"seed": seed}, [4]) for seed in (0, -1, 2**31 + 5, -(2**40))]
    out += [case("he_uniform", {"seed": 3}, shape) for shape in ([], [6], [2, 3, 4], [0, 3])]
    out += [case("Orthogonal", {"seed": 3}, shape) for shape in ([4, 9], [9, 4], [24, 24], [2, 3, 4, 40])]
    out += [case(*row) for row in FIXED]
    # Forms that Keras reads and we write otherwise: its config of an identity forgets the gain, and arrays are lists to us.
    array = keras.saving.serialize_keras_object(np.array([1.5, -2.0]))
    own = [("Identity", {"gain": -0.5}, keras.initializers.Identity(gain=-0.5), [3, 4])]
    own += [("Constant", {"value": array}, keras.initializers.Constant(np.array([1.5, -2.0])), [3, 2])]
    return out + [{"class": name, "options": options, "values": numbers(made(shape))} for name, options, made, shape in own]
