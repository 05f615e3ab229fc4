"""Writes fixtures/<family>.json: what Keras on TensorFlow gives for each family's cases; or checks that they are still true.

    python generate.py [--check] [family ...]

A family is a file beside this one with a function `cases()` that returns a list of dicts; numbers in them come from
`common.numbers`. Each fixture holds the versions and the hash of the files that made it.
"""
import argparse
import hashlib
import importlib
import json
import pathlib
import sys

import common
import numpy as np

HERE = pathlib.Path(__file__).parent
OTHERS = {"common", "generate", "layercase"}


def families():
    return sorted(p.stem for p in HERE.glob("*.py") if p.stem not in OTHERS)


def digest(family):
    """The hash a fixture carries: of its own cases and of what all share."""
    shared = ["common.py", "layercase.py"] if family.startswith("layers_") else ["common.py"]
    files = [HERE / name for name in [*shared, f"{family}.py"]]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def made(family):
    common.fresh()
    return {
        "keras": common.keras.__version__,
        "tensorflow": common.tf.__version__,
        "script": digest(family),
        "cases": importlib.import_module(family).cases(),
    }


def differences(old, new, path=""):
    """Where two fixtures differ: numbers by more than rounding, all else at all."""
    if isinstance(old, dict) and isinstance(new, dict) and "base64" in old and "base64" in new:
        a, b = common.array(old), common.array(new)
        same = a.shape == b.shape and a.dtype == b.dtype and np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)
        return [] if same else [f"{path}: other numbers"]
    if isinstance(old, dict) and isinstance(new, dict):
        missing = [f"{path}.{k}: only in one of the two" for k in old.keys() ^ new.keys()]
        return missing + [d for k in old.keys() & new.keys() for d in differences(old[k], new[k], f"{path}.{k}")]
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [f"{path}: {len(old)} entries, now {len(new)}"]
        return [d for i, (a, b) in enumerate(zip(old, new)) for d in differences(a, b, f"{path}[{i}]")]
    if isinstance(old, float) and isinstance(new, float):
        return [] if np.isclose(old, new, rtol=1e-4, atol=1e-5, equal_nan=True) else [f"{path}: {old}, now {new}"]
    return [] if old == new else [f"{path}: {old}, now {new}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with what is committed instead of writing")
    parser.add_argument("family", nargs="*")
    options = parser.parse_args()
    failed = False
    for family in options.family or families():
        file = HERE / "fixtures" / f"{family}.json"
        # A round trip, so that tuples are lists and both sides are what JSON can hold.
        new = json.loads(json.dumps(made(family)))
        if not options.check:
            file.write_text(json.dumps(new, indent=None, separators=(",", ":")) + "\n")
            print(f"{family}: {len(new['cases'])} cases, {file.stat().st_size / 1024:.0f} KiB")
            continue
        old = json.loads(file.read_text())
        found = differences(old["cases"], new["cases"])
        if old["script"] != new["script"]:
            found.append("made by another version of the script: run generate.py")
        print(f"{family}: {len(new['cases'])} cases, {len(found)} differences", *found[:10], sep="\n  ")
        failed |= bool(found)
    sys.exit(failed)


if __name__ == "__main__":
    main()
