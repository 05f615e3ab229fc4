"""Writes golden.zip, HDF5 and .keras files as Keras and h5py make them, and golden.json, what is in them.

    python generate.py [--check]

Needs keras 3, tensorflow-cpu and h5py. golden.json holds their versions and the hash of this script and of dump.py.
"""
import hashlib
import io
import json
import os
import pathlib
import sys
import tempfile
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py  # noqa: E402
import keras  # noqa: E402
import ml_dtypes  # noqa: E402
import numpy as np  # noqa: E402
from dump import dump  # noqa: E402

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "scripts" / "oracle"))
from golden import arguments, settle  # noqa: E402

L = keras.layers
NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "bool"]


def model():
    keras.utils.set_random_seed(0)
    net = keras.Sequential(
        [
            keras.Input((5, 3)),
            L.LSTM(2),
            L.BatchNormalization(),
            L.Dropout(0.5),
            L.Dense(2, dtype="bfloat16", name="narrow"),
            L.Dense(1),
        ]
    )
    net.compile("adam", "mse")
    net.fit(np.ones((4, 5, 3)), np.ones((4, 1)), verbose=0)
    return net


def legacy(file):
    """As tf.keras 2 wrote files, with texts of fixed length, and packed as users did with h5repack."""
    with h5py.File(file, "w") as root:
        root.attrs["keras_version"] = np.bytes_("2.15.0")
        root.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "m" * 3000}}).encode()
        weights = root.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"dense", b"flatten", b"dense_with_a_longer_name"])
        for name in ["dense", "flatten", "dense_with_a_longer_name"]:
            layer = weights.create_group(name)
            if name == "flatten":
                layer.attrs["weight_names"] = []
                continue
            layer.attrs["weight_names"] = np.array([f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()])
            values = np.sin(np.arange(40 * 7, dtype="float32")).reshape(40, 7)
            layer.create_dataset(f"{name}/kernel:0", data=values, compression="gzip", shuffle=True, chunks=(16, 4))
            layer.create_dataset(f"{name}/bias:0", data=values[0], compression="gzip", compression_opts=9)


def storage(file):
    """Every way to store elements, and every dtype."""
    rng = np.random.default_rng(0)
    with h5py.File(file, "w") as root:
        for dtype in NUMBERS:
            values = rng.integers(0, 2 if dtype == "bool" else 100, (3, 2)).astype(dtype)
            root.create_dataset(f"dtypes/{dtype}", data=values)
            root.create_dataset(f"scalars/{dtype}", data=values[0, 0])
            root.attrs[dtype] = values[0]
        opaque = root.create_dataset("dtypes/bfloat16", data=np.array([1.5, -2, 0.1], ml_dtypes.bfloat16))
        opaque.attrs["dtype"] = "bfloat16"
        root["extremes"] = np.array([-(2**63), 2**63 - 1])
        root["specials"] = np.array([0.0, 1e-320, 1.7976931348623157e308])
        root["empty"] = np.zeros((0, 3), "float32")
        root["fixed_text"] = np.array([b"a", b"longer", b""])
        root.create_dataset("text", data=["", "größe", "x" * 5000], dtype=h5py.string_dtype())
        for axes, shape, chunks in [(1, (10,), (3,)), (2, (5, 7), (2, 3)), (3, (4, 5, 6), (3, 2, 4)), (4, (2, 3, 2, 3), (1, 2, 2, 2))]:
            values = rng.integers(-1000, 1000, shape).astype("int32")
            root.create_dataset(f"chunks/{axes}", data=values, chunks=chunks)
            root.create_dataset(f"chunks/{axes}_gzip", data=values, chunks=chunks, compression="gzip")
            root.create_dataset(f"chunks/{axes}_shuffled", data=values, chunks=chunks, shuffle=True)
        root.create_dataset("chunks/many", data=np.arange(700, dtype="int16"), chunks=(2,))
        root.create_dataset("chunks/growing", data=np.arange(6.0), chunks=(16,), maxshape=(None,), compression="gzip")
        holes = root.create_dataset("fill/holes", (9,), "int32", chunks=(2,), fillvalue=-7)
        holes[4] = 3
        root.create_dataset("fill/never_written", (5,), "float64", fillvalue=0.5)
        root.create_dataset("fill/zeros", (5,), "float32")
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((4,))
        compact = h5py.h5d.create(root.id, b"compact", h5py.h5t.NATIVE_INT16, space, plist)
        compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, -2, 3, -4], "int16"))


def attributes(file):
    with h5py.File(file, "w") as root:
        root.attrs["one"] = "text"
        root.attrs["bytes"] = b"text"
        root.attrs["unicode"] = "größe 🦌"
        root.attrs["größe"] = 1
        root.attrs["none"] = ""
        root.attrs["flag"] = True
        root.attrs["list"] = ["a", "", "ccc"]
        root.attrs["table"] = np.array([[b"a", b"b"], [b"c", b"dd"]])
        root.attrs["matrix"] = np.arange(6.0).reshape(2, 3)
        root.attrs["long"] = "ab" * 5000
        root.attrs["fixed"] = np.array([b"layer_%05d" % i for i in range(100)])
        for padding in ["NULLTERM", "NULLPAD", "SPACEPAD"]:
            kind = h5py.h5t.C_S1.copy()
            kind.set_size(6)
            kind.set_strpad(getattr(h5py.h5t, f"STR_{padding}"))
            space = h5py.h5s.create(h5py.h5s.SCALAR)
            made = h5py.h5a.create(root.id, padding.encode(), kind, space)
            made.write(np.array(b"abc   " if padding == "SPACEPAD" else b"abc\0\0\0", "S6"), mtype=kind)
        node = root.create_group("group")
        for i in range(60):
            node.attrs[f"number_{i}"] = np.float32(i)


def many(file):
    with h5py.File(file, "w") as root:
        for i in range(300):
            root[f"many/{i}"] = np.int32(i)
        for i in range(9):
            root.create_group(f"few/{i}")


def latest(file):
    with h5py.File(file, "w", libver="latest") as root:
        root.attrs["name"] = "new"
        root["layers/dense/vars/0"] = np.arange(6, dtype="float32").reshape(2, 3)
        root["layers/dense/vars/1"] = np.float32(3)
        root["layers/dense/vars"].attrs["name"] = "dense"
        root.create_group("empty")


def headers_of_1_8(file):
    """New headers around chunks of the old kind."""
    with h5py.File(file, "w", libver=("v108", "v108")) as root:
        root.attrs["flag"] = True
        root.attrs["größe"] = ["a", "bc"]
        values = np.arange(70, dtype="int64").reshape(10, 7)
        root.create_dataset("packed", data=values, chunks=(4, 4), compression="gzip", shuffle=True)
        root["flags"] = np.array([True, False])
        for i in range(7):
            root["packed"].attrs[f"number {i}"] = i
        root.create_dataset("fill", (3,), "uint8", fillvalue=9)


def ordered(file):
    """Creation order brings headers and links of the new form into files of the old one."""
    with h5py.File(file, "w", track_order=True) as root:
        for name in ["z", "y", "x"]:
            root.create_group(name, track_order=True).attrs["name"] = name
        root["y/values"] = np.arange(3)


def refused():
    """Files with what is not followed or not known, by what the error says."""

    def made(write, **options):
        buffer = io.BytesIO()
        with h5py.File(buffer, "w", **options) as root:
            write(root)
        return buffer.getvalue()

    def soft(root):
        root["a"] = 1
        root["b"] = h5py.SoftLink("/a")

    def hard(root):
        root["a"] = 1
        root["b"] = root["a"]

    def circle(root):
        root.create_group("a")["up"] = root

    def external(root):
        root["b"] = h5py.ExternalLink("other.h5", "/a")

    def elsewhere(root):
        root.create_dataset("b", (4,), "int8", external=[("other.bin", 0, 4)])

    def view(root):
        layout = h5py.VirtualLayout((4,), "int8")
        layout[:] = h5py.VirtualSource("other.h5", "a", (4,))
        root.create_virtual_dataset("b", layout)

    def dense(root):
        for i in range(20):
            root.create_group(str(i))

    def dense_attributes(root):
        for i in range(20):
            root.attrs[str(i)] = i

    def latest_chunks(root):
        root.create_dataset("b", data=np.arange(10), chunks=(3,))

    def compound(root):
        root["b"] = np.zeros(2, [("x", "f4"), ("y", "i4")])

    def big_endian(root):
        root["b"] = np.zeros(2, ">f4")

    def big_integers(root):
        root["b"] = np.zeros(2, ">i4")

    def lists(root):
        root.create_dataset("b", (2,), h5py.vlen_dtype("int32"))

    def named_type(root):
        root["t"] = np.dtype("f4")

    def enumeration(root):
        root.create_dataset("b", (2,), h5py.enum_dtype({"RED": 0, "BLUE": 1}, "i1"))

    def opaque(root):
        root["b"] = np.zeros(2, "V3")

    def float8(root):
        root["b"] = np.zeros(2, "V2")
        root["b"].attrs["dtype"] = "something_of_16_bits"

    def checksummed(root):
        root.create_dataset("b", data=np.arange(10), fletcher32=True)

    def lzf(root):
        root.create_dataset("b", data=np.arange(10), compression="lzf")

    def bomb(root):
        root.create_dataset("b", (2**20, 2**20), "float32", chunks=(1024, 1024), compression="gzip")

    def empty_bomb(root):
        root.create_dataset("b", (2**40,), "float32")

    def ratio(root):
        root.create_dataset("b", (2**31,), "float32", chunks=(2**26,), compression="gzip")

    new = {"libver": "latest"}
    return {
        "a soft link": [made(soft), made(soft, **new)],
        "an external link": [made(external, **new)],
        "links are not followed": [made(external)],
        "under two names": [made(hard), made(hard, **new), made(circle)],
        "in another file": [made(elsewhere)],
        "virtual": [made(view)],
        "outside of its header": [made(dense, **new), made(dense_attributes, **new)],
        "chunks of HDF5's latest format": [made(latest_chunks, **new)],
        "elements of class 6": [made(compound)],
        "big endian": [made(big_endian), made(big_integers)],
        "lists of variable length": [made(lists)],
        "neither a group nor a dataset": [made(named_type)],
        "an enumeration other than bool": [made(enumeration)],
        "opaque elements of 3 bytes": [made(opaque)],
        "something_of_16_bits": [made(float8)],
        "fletcher32": [made(checksummed)],
        "lzf": [made(lzf)],
        "option maxBytes": [made(bomb), made(empty_bomb), made(ratio)],
    }


def main():
    check = arguments(__doc__.splitlines()[0]).parse_args().check
    members, contents = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        net = model()
        for name in ["model.keras", "model.h5"]:
            net.save(f"{folder}/{name}")
        with zipfile.ZipFile(f"{folder}/model.keras") as archive:
            archive.extract("model.weights.h5", folder)
        for write in [legacy, storage, attributes, many, latest, headers_of_1_8, ordered]:
            write(f"{folder}/{write.__name__}.h5")
        for path in sorted(pathlib.Path(folder).iterdir()):
            if path.name != "model.weights.h5":
                members[path.name] = path.read_bytes()
            if path.suffix == ".h5":
                contents[path.name] = dump(path)
    reasons = {}
    for reason, files in refused().items():
        for file in files:
            name = f"refused/{len(reasons)}.h5"
            members[name] = file
            reasons[name] = reason
    if not check:
        with zipfile.ZipFile(HERE / "golden.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)
    scripts = b"".join((HERE / name).read_bytes() for name in ["dump.py", "generate.py"])
    golden = {
        "keras": keras.__version__,
        "h5py": h5py.__version__,
        "hdf5": h5py.version.hdf5_version,
        "scripts": hashlib.sha256(scripts).hexdigest(),
        "contents": contents,
        "refused": reasons,
    }
    # What the tests read in golden.zip is compared with golden.json: where that is still true, so is the zip.
    sys.exit(not settle(HERE / "golden.json", golden, check))


main()
