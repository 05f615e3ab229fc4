"""Export scikit-learn's copy of the UCI handwritten digits to digits.csv.

Run it with Python 3 and scikit-learn installed:

    python export.py           write digits.csv next to this file
    python export.py --check   compare the committed file with scikit-learn's copy
"""

import argparse
from pathlib import Path

from sklearn.datasets import load_digits

TARGET = Path(__file__).with_name("digits.csv")


def digits_csv() -> str:
    """Return the data set as text: per line 64 pixels (0 to 16) and the label."""
    digits = load_digits()
    pixels = digits.data.astype(int)
    if not (pixels == digits.data).all() or pixels.min() < 0 or pixels.max() > 16:
        raise ValueError("expected whole pixel values between 0 and 16")
    rows = zip(pixels.tolist(), digits.target.tolist(), strict=True)
    return "".join(",".join(map(str, [*image, label])) + "\n" for image, label in rows)


def main() -> None:
    """Write the file, or with --check fail if it differs from scikit-learn's copy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    text = digits_csv()
    if not parser.parse_args().check:
        TARGET.write_bytes(text.encode("ascii"))
    elif TARGET.read_bytes() != text.encode("ascii"):
        raise SystemExit(f"{TARGET.name} differs from scikit-learn's copy")
    print(f"{TARGET.name}: {text.count(chr(10))} digits, as in scikit-learn")


if __name__ == "__main__":
    main()
