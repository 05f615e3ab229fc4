"""Writes fixtures/<family>.json: what Keras on TensorFlow gives for each family's cases; or checks that they are still true.

    python generate.py [--check] [family ...]

A family is a file beside this one with a function `cases()` that returns a list of dicts; numbers in them come from
`common.numbers`. Each fixture holds the versions and the hash of the files that made it.
"""
import hashlib
import importlib
import pathlib
import sys

import common

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "scripts" / "oracle"))
from golden import arguments, settle  # noqa: E402

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


def main():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("family", nargs="*")
    options = parser.parse_args()
    # A list, not a generator: one that differs must not keep the others from being looked at.
    sys.exit(not all([settle(HERE / "fixtures" / f"{family}.json", made(family), options.check) for family in options.family or families()]))


if __name__ == "__main__":
    main()
