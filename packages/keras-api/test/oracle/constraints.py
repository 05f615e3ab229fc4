"""Constraints: projections and configs."""
from common import draw, keras, numbers

ROWS = [
    ("NonNeg", {}),
    ("non_neg", {}),
    ("UnitNorm", {}),
    ("unit_norm", {"axis": 1}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MaxNorm", {}),
    ("max_norm", {"max_value": 0.5}),
    ("MaxNorm", {"max_value": 1.5, "axis": [-2, -1]}),
    ("MinMaxNorm", {}),
    ("min_max_norm", {"min_value": 1.0, "max_value": 2.0}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.0, "rate": 0.25, "axis": 1}),
]


def cases():
    dense = draw([4, 5], seed=1)
    dense[:, 2] = 0
    dense[1] *= 20
    kernel = draw([3, 3, 2, 4], seed=2)
    out = []
    for name, options in ROWS:
        constraint = keras.constraints.get({"class_name": name, "config": options})
        serialized = keras.constraints.serialize(constraint)
        for w in (dense, kernel):
            out.append({"class": name, "options": options, "w": numbers(w), "y": numbers(constraint(w)), "serialized": serialized})
    return out
