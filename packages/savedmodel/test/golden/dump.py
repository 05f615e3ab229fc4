"""Says what is in an HDF5 file, as JSON: every group and dataset with attributes, shapes, dtypes and elements.

    python dump.py FILE [FILE ...]

Needs h5py. Floats of 16 bits are given as their bits, integers of 64 bits as text, bool as 0 and 1.
"""
import json
import sys

import h5py
import numpy as np


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def array(value):
    value = np.asarray(value)
    kind, size = value.dtype.kind, value.dtype.itemsize
    name = value.dtype.name
    if kind in "OSU":
        name, data = "string", [text(v) for v in value.ravel()]
    elif kind == "V" and size == 2:
        name, data = "bfloat16", [int(v) for v in np.ascontiguousarray(value).reshape(-1).view(np.uint16)]
    elif name == "float16":
        data = [int(v) for v in np.ascontiguousarray(value).reshape(-1).view(np.uint16)]
    elif kind == "f":
        data = [float(v) for v in value.ravel()]
    elif size == 8:
        data = [str(v) for v in value.ravel()]
    else:
        data = [int(v) for v in value.ravel()]
    return {"shape": list(value.shape), "dtype": name, "data": data}


def attribute(value):
    whole = array(value)
    if whole["dtype"] != "string" or len(whole["shape"]) > 1:
        return whole
    return whole["data"] if whole["shape"] else whole["data"][0]


def dump(file):
    found = {}

    def visit(name, node):
        found[name] = array(node[()]) if isinstance(node, h5py.Dataset) else {}
        found[name]["attributes"] = {key: attribute(value) for key, value in node.attrs.items()}

    with h5py.File(file) as root:
        visit("", root)
        root.visititems(visit)
    return found


if __name__ == "__main__":
    json.dump([dump(file) for file in sys.argv[1:]], sys.stdout)
