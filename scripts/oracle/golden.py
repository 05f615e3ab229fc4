"""How every script that asks Keras or TensorFlow ends: it writes what it was told, or says where that differs from what is committed."""
import argparse
import base64
import json
import sys

import numpy as np

# Other versions may say the same.
VERSIONS = {"keras", "tensorflow", "h5py", "hdf5"}


def array(n):
    """A tensor whose bytes are in base64."""
    return np.frombuffer(base64.b64decode(n["base64"]), n["dtype"]).reshape(n["shape"])


def close(a, b):
    """Equal but for the order in which another machine adds up."""
    return np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)


def differences(old, new, path=""):
    """Where two fixtures differ: numbers by more than rounding, all else at all."""
    if isinstance(old, dict) and isinstance(new, dict) and "base64" in old and "base64" in new:
        a, b = array(old), array(new)
        return [] if a.shape == b.shape and a.dtype == b.dtype and close(a, b) else [f"{path}: other numbers"]
    if isinstance(old, dict) and isinstance(new, dict):
        missing = [f"{path}.{k}: only in one of the two" for k in old.keys() ^ new.keys()]
        return missing + [d for k in old.keys() & new.keys() for d in differences(old[k], new[k], f"{path}.{k}")]
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [f"{path}: {len(old)} entries, now {len(new)}"]
        return [d for i, (a, b) in enumerate(zip(old, new)) for d in differences(a, b, f"{path}[{i}]")]
    if isinstance(old, float) and isinstance(new, float):
        return [] if close(old, new) else [f"{path}: {old}, now {new}"]
    if old != new and path.startswith(".script"):
        return ["made by another version of the script: make it anew"]
    return [] if old == new else [f"{path}: {str(old)[:80]}, now {str(new)[:80]}"]


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="compare with what is committed instead of writing")
    return parser


def compact(made):
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"


def settle(file, made, check, text=compact):
    """Writes what was made, or prints how the file differs from it; whether all is well. `text` lays out the JSON."""
    # A round trip, so that tuples are lists and both sides are what JSON can hold.
    new = json.loads(json.dumps(made))
    if not check:
        file.write_text(text(new), encoding="utf-8")
        print(f"{file.name}: {file.stat().st_size / 1024:.0f} KiB")
        return True
    old = json.loads(file.read_text(encoding="utf-8"))
    found = differences(*({k: v for k, v in side.items() if k not in VERSIONS} for side in (old, new)))
    print(f"{file.name}: {len(found)} differences", *found[:10], sep="\n  ", flush=True)
    return not found


def finish(description, file, made, text=compact):
    """All that is left to do for a script with one file."""
    sys.exit(not settle(file, made, arguments(description).parse_args().check, text))
