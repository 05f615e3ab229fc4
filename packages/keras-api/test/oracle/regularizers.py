"""Regularizers: penalties, gradients and configs."""
from common import draw, keras, numbers, tf

ROWS = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("l1", {"l1": 0.0}),
    ("L2", {}),
    ("l2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1}),
    ("L1L2", {"l2": 0.2}),
    ("l1l2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
    ("orthogonal_regularizer", {"mode": "rows"}),
]


def cases():
    out = []
    for name, options in ROWS:
        regularizer = keras.regularizers.get({"class_name": name, "config": options})
        tensors = [draw([4, 3], seed=1), draw([2, 5], seed=2, high=30.0)]
        if "rthogonal" not in name:
            zeros = draw([3, 3, 2, 2], seed=3)
            zeros[0] = 0
            tensors += [zeros, draw([], seed=4)]
        for x in map(tf.constant, tensors):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = regularizer(x)
            gradient = tape.gradient(y, x, unconnected_gradients="zero")
            serialized = keras.regularizers.serialize(regularizer)
            row = {"class": name, "options": options, "x": numbers(x), "y": numbers(y), "gradient": numbers(gradient)}
            out.append({**row, "serialized": serialized})
    return out
