"""Test that Python starts from the numbers in expected.json, as recipe.test.ts does.

Run `python recipe_test.py`; `python recipe_test.py --write` renews the file.
"""

import json
import sys
import unittest
from pathlib import Path

from data import DATA_SEED, TRAINING_SETS, checksum, random_bits, training_data
from weights import initial_weights

EXPECTED = Path(__file__).with_name("expected.json")


def recipe() -> dict:
    """Return checksums: of the generator, and of data and weights per model."""
    bits = random_bits(DATA_SEED, 0, 1000)
    result = {
        "randomBits": {"first": int(bits[0]), "checksum": checksum(bits)},
        "data": {},
        "weights": {},
    }
    for model in TRAINING_SETS:
        images, labels = training_data(model, 2)
        result["data"][model] = {
            "first1000": checksum(images.reshape(-1)[:1000]),
            "images": checksum(images),
            "labels": checksum(labels),
        }
        result["weights"][model] = {
            name: checksum(values) for name, values in initial_weights(model).items()
        }
    return result


class RecipeTest(unittest.TestCase):
    """The committed checksums hold."""

    def test_expected(self):
        """Compare everything with expected.json."""
        self.assertEqual(recipe(), json.loads(EXPECTED.read_text()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        EXPECTED.write_text(json.dumps(recipe(), indent=2) + "\n")
    else:
        unittest.main()
