"""Every loss: its value for each reduction, and the gradient of the mean with respect to the predictions."""
import json

import common
import keras
import numpy as np
import tensorflow as tf
from common import draw, numbers
from keras.src.losses.losses import LossFunctionWrapper

L = keras.losses
REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"]

REALS = draw((4, 3), 1, -2.0, 2.0)
TARGETS = draw((4, 3), 2, -2.0, 2.0)
POSITIVE = draw((4, 3), 3, 0.0, 3.0)
RATES = draw((4, 3), 4, 0.1, 3.0)
PROBABILITIES = draw((4, 3), 5, 0.05, 0.9)
# Where clipping matters.
EDGE = np.array([[0.0, 1.0, 0.0], [1e-9, 1.0, 0.5], [1.0, 0.0, 0.2], [0.5, 0.5, 1.0]], "float32")
LOGITS = draw((4, 3), 6, -3.0, 3.0)
ONEHOT = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
SPARSE = np.array([0, 2, 1, 1], "int32")
BITS = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 1]], "float32")
SIGNS = 2 * BITS - 1
SEQUENCE = draw((2, 3, 4), 7, 0.05, 0.9)
SEQUENCE_LABELS = np.array([[0, 1, 3], [2, 2, 0]], "int32")
ZEROS = np.array([[0, 0, 0], [1, 2, 2], [0, 1, 0], [1, 1, 1]], "float32")
EMBEDDINGS = np.array(tf.math.l2_normalize(draw((5, 4), 8), axis=-1))
CLASSES = np.array([0, 1, 0, 1, 2], "int32")
TIMES = draw((4, 6, 4), 9, -2.0, 2.0)
SPELLED = np.array([[1, 2, 3], [2, 2, 0], [3, 0, 0], [0, 0, 0]], "int32")

WEIGHTS = np.array([0.5, 1.0, 0.0, 2.0], "float32")
MASK = np.array([True, False, True, True])

SMOOTH = {"label_smoothing": 0.2}
FROM_LOGITS = {"from_logits": True}

# class, options, labels, predictions
CASES = [
    ("MeanSquaredError", {}, TARGETS, REALS),
    ("MeanSquaredError", {}, TARGETS[:, 0], REALS[:, :1]),
    ("MeanSquaredError", {"name": "mine"}, BITS.astype("int32"), REALS),
    ("MeanAbsoluteError", {}, TARGETS, REALS),
    ("MeanAbsolutePercentageError", {}, TARGETS, REALS),
    ("MeanAbsolutePercentageError", {}, ZEROS, REALS * 1e-6),
    ("MeanSquaredLogarithmicError", {}, POSITIVE, RATES),
    ("MeanSquaredLogarithmicError", {}, TARGETS, REALS),
    ("Huber", {}, TARGETS, REALS),
    ("Huber", {"delta": 0.3}, TARGETS, REALS),
    ("LogCosh", {}, TARGETS, REALS),
    ("LogCosh", {}, TARGETS * 20, REALS),
    ("CosineSimilarity", {}, TARGETS, REALS),
    ("CosineSimilarity", {"axis": 0}, TARGETS, REALS),
    ("CosineSimilarity", {}, ZEROS, REALS),
    ("Hinge", {}, SIGNS, REALS),
    ("Hinge", {}, BITS, REALS),
    ("SquaredHinge", {}, SIGNS, REALS),
    ("SquaredHinge", {}, BITS, REALS),
    ("CategoricalHinge", {}, ONEHOT, REALS),
    ("KLDivergence", {}, PROBABILITIES, draw((4, 3), 10, 0.05, 0.9)),
    ("KLDivergence", {}, ONEHOT, EDGE),
    ("Poisson", {}, POSITIVE, RATES),
    ("BinaryCrossentropy", {}, BITS, PROBABILITIES),
    ("BinaryCrossentropy", {}, BITS, EDGE),
    ("BinaryCrossentropy", {}, BITS[:, 0], PROBABILITIES[:, :1]),
    ("BinaryCrossentropy", FROM_LOGITS, BITS, LOGITS),
    ("BinaryCrossentropy", SMOOTH, BITS, PROBABILITIES),
    ("BinaryCrossentropy", {"axis": 0}, BITS, PROBABILITIES),
    ("BinaryFocalCrossentropy", {}, BITS, PROBABILITIES),
    ("BinaryFocalCrossentropy", {"gamma": 3.0, "apply_class_balancing": True, "alpha": 0.3}, BITS, PROBABILITIES),
    ("BinaryFocalCrossentropy", {**FROM_LOGITS, **SMOOTH}, BITS, LOGITS),
    ("CategoricalCrossentropy", {}, ONEHOT, PROBABILITIES),
    ("CategoricalCrossentropy", {}, ONEHOT, EDGE),
    ("CategoricalCrossentropy", FROM_LOGITS, ONEHOT, LOGITS),
    ("CategoricalCrossentropy", SMOOTH, ONEHOT, PROBABILITIES),
    ("CategoricalCrossentropy", {"axis": 1, **FROM_LOGITS}, SEQUENCE / 3, SEQUENCE * 3),
    ("CategoricalCrossentropy", {"axis": 1}, SEQUENCE / 3, SEQUENCE),
    ("CategoricalFocalCrossentropy", {}, ONEHOT, PROBABILITIES),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.5, **SMOOTH}, ONEHOT, PROBABILITIES),
    ("CategoricalFocalCrossentropy", FROM_LOGITS, ONEHOT, LOGITS),
    ("CategoricalFocalCrossentropy", {"axis": 1}, SEQUENCE / 3, SEQUENCE),
    ("SparseCategoricalCrossentropy", {}, SPARSE, PROBABILITIES),
    ("SparseCategoricalCrossentropy", {}, SPARSE[:, None], PROBABILITIES),
    ("SparseCategoricalCrossentropy", {}, SPARSE, EDGE),
    ("SparseCategoricalCrossentropy", FROM_LOGITS, SPARSE, LOGITS),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, PROBABILITIES),
    ("SparseCategoricalCrossentropy", {"ignore_class": -1, **FROM_LOGITS}, np.array([0, -1, 2, -1], "int32"), LOGITS),
    ("SparseCategoricalCrossentropy", {}, SEQUENCE_LABELS, SEQUENCE),
    ("CategoricalGeneralizedCrossEntropy", {}, SPARSE, PROBABILITIES),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2}, SPARSE, PROBABILITIES),
    ("Dice", {}, BITS, PROBABILITIES),
    ("Dice", {"axis": [1]}, BITS, PROBABILITIES),
    ("Dice", {"axis": -1}, SEQUENCE / 2, SEQUENCE),
    ("Tversky", {}, BITS, PROBABILITIES),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": [1, 2]}, SEQUENCE / 2, SEQUENCE),
    ("Circle", {}, CLASSES, EMBEDDINGS),
    ("Circle", {"gamma": 10.0, "margin": 0.2, "remove_diagonal": False}, CLASSES, EMBEDDINGS),
    ("CTC", {}, SPELLED, TIMES),
    ("CTC", {}, np.array([[1, 1, 1, 2]], "int32"), TIMES[:1]),
]

# class, options, labels, logits, the activation that makes predictions of them
ACTIVATED = [
    ("BinaryCrossentropy", {}, BITS, LOGITS * 30, "sigmoid"),
    ("BinaryFocalCrossentropy", {}, BITS, LOGITS, "sigmoid"),
    ("CategoricalCrossentropy", {}, ONEHOT, LOGITS * 30, "softmax"),
    ("SparseCategoricalCrossentropy", {}, SPARSE, LOGITS * 30, "softmax"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, LOGITS, "softmax"),
]

# class, options, labels, predictions, sample weights, mask
WEIGHTED = [
    ("MeanSquaredError", {}, TARGETS, REALS, WEIGHTS, None),
    ("MeanSquaredError", {}, TARGETS, REALS, WEIGHTS[:, None], None),
    ("MeanSquaredError", {}, TARGETS, REALS, None, MASK),
    ("MeanSquaredError", {}, TARGETS, REALS, WEIGHTS, MASK),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, PROBABILITIES, WEIGHTS, None),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, PROBABILITIES, WEIGHTS, MASK),
    ("SparseCategoricalCrossentropy", {}, SEQUENCE_LABELS, SEQUENCE, np.array([[1, 0, 2], [0.5, 1, 1]], "float32"), None),
    ("MeanAbsoluteError", {}, TARGETS, REALS, np.zeros(4, "float32"), None),
    ("Circle", {}, CLASSES, EMBEDDINGS, np.array([1, 2, 0, 1, 1], "float32"), None),
]


def case(name, options, y_true, y_pred, weights=None, mask=None, activation=None):
    out = {"class": name, "options": options, "y_true": numbers(y_true), "y_pred": numbers(y_pred), "values": {}}
    if weights is not None:
        out["sample_weight"] = numbers(weights)
    if mask is not None:
        out["mask"] = numbers(mask)
    if activation:
        out["activation"] = activation
    for reduction in REDUCTIONS:
        loss = getattr(L, name)(reduction=reduction, **options)
        x = tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(x)
            p = getattr(keras.activations, activation)(x) if activation else x
            if mask is not None:
                p._keras_mask = tf.constant(mask)
            value = loss(y_true, p, sample_weight=weights)
        out["values"][reduction] = numbers(value)
        if reduction == "sum_over_batch_size":
            out["gradient"] = numbers(tape.gradient(value, x))
    common.fresh()
    out["config"] = json.loads(json.dumps(getattr(L, name)(**options).get_config()))
    return out


def cases():
    made = [case(*c) for c in CASES]
    made += [case(*c[:4], activation=c[4]) for c in ACTIVATED]
    made += [case(*c) for c in WEIGHTED]
    wrapper = LossFunctionWrapper(L.mean_absolute_error, name="wrapped", reduction="sum")
    forms = {
        "wrapper": {"module": None, "class_name": "LossFunctionWrapper", "config": wrapper.get_config(), "registered_name": None},
        "function": L.serialize(L.huber),
        "object": L.serialize(L.Tversky(alpha=0.1, reduction=None)),
    }
    aliases = {a: L.get(a).__name__ for a in ["bce", "BCE", "kld", "KLD", "mae", "MAE", "mape", "MAPE", "mse", "MSE", "msle", "MSLE"]}
    return [{"forms": forms, "aliases": aliases}, *made]
