"""Every metric: the result after each of some batches, with and without sample weights, and after it was reset."""
import json

import common
import keras
import numpy as np
from common import draw, numbers

M = keras.metrics

REALS = draw((2, 5, 3), 1, -2.0, 2.0)
TARGETS = draw((2, 5, 3), 2, -2.0, 2.0)
POSITIVE = draw((2, 5, 3), 3, 0.0, 3.0)
RATES = draw((2, 5, 3), 4, 0.1, 3.0)
# On a grid, so that ties and numbers equal to thresholds occur.
PROBABILITIES = np.round(draw((2, 5, 3), 5, 0.0, 1.0) * 20).astype("float32") / 20
OFF_GRID = draw((2, 5, 3), 6, 0.02, 0.98)
MANY = np.round(draw((2, 5, 6), 7, 0.0, 1.0) * 10).astype("float32") / 10
LOGITS = draw((2, 5, 3), 8, -3.0, 3.0)
RNG = np.random.default_rng(9)
SPARSE = RNG.integers(0, 3, size=(2, 5)).astype("int32")
MANY_SPARSE = RNG.integers(0, 6, size=(2, 5)).astype("int32")
ONEHOT = np.eye(3, dtype="float32")[SPARSE]
MANY_ONEHOT = np.eye(6, dtype="float32")[MANY_SPARSE]
BITS = RNG.integers(0, 2, size=(2, 5, 3)).astype("float32")
SIGNS = 2 * BITS - 1
WEIGHTS = draw((2, 5), 10, 0.0, 2.0)
WHOLE = RNG.integers(0, 4, size=(2, 5)).astype("int32")
CLASSES = RNG.integers(0, 3, size=(2, 5)).astype("int32")
AREAS = RNG.integers(0, 3, size=(2, 5, 2)).astype("int32")
SEQUENCE = np.round(draw((2, 5, 2, 3), 11, 0.05, 0.95) * 20).astype("float32") / 20

# class, options, labels (or values), predictions, sample weights
CASES = [
    ("Mean", {}, REALS, None, WEIGHTS),
    ("Mean", {}, REALS[:, 0, 0], None, None),
    ("Mean", {"name": "mine"}, REALS, None, np.abs(TARGETS)),
    ("Sum", {}, REALS, None, WEIGHTS),
    ("Sum", {}, REALS[..., 0], None, WEIGHTS),
    ("Accuracy", {}, SPARSE, CLASSES.astype("float32"), WEIGHTS),
    ("Accuracy", {}, SPARSE[..., None], CLASSES, WEIGHTS),
    ("BinaryAccuracy", {}, BITS, PROBABILITIES, WEIGHTS),
    ("BinaryAccuracy", {"threshold": 0.3}, BITS[..., 0], PROBABILITIES[..., :1], WEIGHTS),
    ("CategoricalAccuracy", {}, ONEHOT, PROBABILITIES, WEIGHTS),
    ("SparseCategoricalAccuracy", {}, SPARSE, PROBABILITIES, WEIGHTS),
    ("SparseCategoricalAccuracy", {}, SPARSE[..., None], PROBABILITIES, WEIGHTS),
    ("SparseCategoricalAccuracy", {}, AREAS, SEQUENCE, WEIGHTS),
    ("TopKCategoricalAccuracy", {}, MANY_ONEHOT, MANY, WEIGHTS),
    ("TopKCategoricalAccuracy", {"k": 2}, MANY_ONEHOT, MANY, WEIGHTS),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, MANY_SPARSE, MANY, WEIGHTS),
    ("SparseTopKCategoricalAccuracy", {"k": 1}, AREAS, SEQUENCE, WEIGHTS),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, MANY_SPARSE, np.argsort(-MANY, -1).astype("int32"), WEIGHTS),
    ("MeanSquaredError", {}, TARGETS, REALS, WEIGHTS),
    ("MeanSquaredError", {}, BITS.astype("int32"), REALS, None),
    ("MeanAbsoluteError", {}, TARGETS, REALS, WEIGHTS),
    ("MeanAbsolutePercentageError", {}, TARGETS, REALS, WEIGHTS),
    ("MeanSquaredLogarithmicError", {}, POSITIVE, RATES, WEIGHTS),
    ("RootMeanSquaredError", {}, TARGETS, REALS, WEIGHTS),
    ("LogCoshError", {}, TARGETS, REALS, WEIGHTS),
    ("CosineSimilarity", {}, TARGETS, REALS, WEIGHTS),
    ("CosineSimilarity", {"axis": 0}, TARGETS, REALS, None),
    ("PearsonCorrelation", {}, TARGETS, REALS, WEIGHTS),
    ("PearsonCorrelation", {"axis": 0}, TARGETS, REALS, None),
    ("ConcordanceCorrelation", {}, TARGETS, REALS, WEIGHTS),
    ("ConcordanceCorrelation", {"axis": 0}, TARGETS, REALS, None),
    ("R2Score", {}, TARGETS, REALS, WEIGHTS),
    ("R2Score", {"class_aggregation": None}, TARGETS, REALS, WEIGHTS),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, TARGETS, REALS, None),
    ("R2Score", {"num_regressors": 2}, TARGETS, REALS, None),
    ("R2Score", {"num_regressors": 40}, TARGETS, REALS, None),
    ("BinaryCrossentropy", {}, BITS, PROBABILITIES, WEIGHTS),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, BITS, LOGITS, WEIGHTS),
    ("CategoricalCrossentropy", {}, ONEHOT, PROBABILITIES, WEIGHTS),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ONEHOT, LOGITS, WEIGHTS),
    ("SparseCategoricalCrossentropy", {}, SPARSE, PROBABILITIES, WEIGHTS),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, SPARSE, LOGITS, None),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, PROBABILITIES, WEIGHTS),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, SPARSE, PROBABILITIES, None),
    ("KLDivergence", {}, OFF_GRID, PROBABILITIES, WEIGHTS),
    ("Poisson", {}, POSITIVE, RATES, WEIGHTS),
    ("Hinge", {}, SIGNS, REALS, WEIGHTS),
    ("SquaredHinge", {}, BITS, REALS, WEIGHTS),
    ("CategoricalHinge", {}, ONEHOT, REALS, WEIGHTS),
    ("FalsePositives", {}, BITS, PROBABILITIES, WEIGHTS),
    ("FalsePositives", {"thresholds": [0.3, 0.0, 0.7]}, BITS, PROBABILITIES, WEIGHTS),
    ("FalseNegatives", {"thresholds": 0.35}, BITS[..., 0], PROBABILITIES[..., :1], WEIGHTS),
    ("FalseNegatives", {"thresholds": [0.0, 0.5, 1.0]}, BITS, PROBABILITIES, WEIGHTS),
    ("TrueNegatives", {}, BITS, PROBABILITIES, None),
    ("TrueNegatives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, BITS, PROBABILITIES, WEIGHTS),
    ("TruePositives", {}, BITS, PROBABILITIES, np.abs(REALS)),
    ("TruePositives", {"thresholds": [0.2, 0.9]}, BITS, PROBABILITIES, None),
    ("Precision", {}, BITS, PROBABILITIES, WEIGHTS),
    ("Precision", {"thresholds": [0.1, 0.6]}, BITS, PROBABILITIES, WEIGHTS),
    ("Precision", {"top_k": 2}, BITS, PROBABILITIES, WEIGHTS),
    ("Precision", {"top_k": 2, "class_id": 1, "thresholds": 0.4}, BITS, PROBABILITIES, WEIGHTS),
    ("Precision", {"thresholds": 0.99}, BITS, OFF_GRID, None),
    ("Recall", {}, BITS, PROBABILITIES, WEIGHTS),
    ("Recall", {"class_id": 2}, BITS, PROBABILITIES, WEIGHTS),
    ("Recall", {"top_k": 3, "thresholds": [0.2, 0.5]}, MANY_ONEHOT, MANY, WEIGHTS),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, BITS, OFF_GRID, WEIGHTS),
    ("SensitivityAtSpecificity", {"specificity": 0.4, "num_thresholds": 1}, BITS, PROBABILITIES, None),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "class_id": 1}, BITS, OFF_GRID, WEIGHTS),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 9}, BITS, PROBABILITIES, WEIGHTS),
    ("RecallAtPrecision", {"precision": 0.5}, BITS, OFF_GRID, None),
    ("RecallAtPrecision", {"precision": 1.0, "num_thresholds": 2}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {}, BITS, OFF_GRID, WEIGHTS),
    ("AUC", {"num_thresholds": 5, "summation_method": "majoring"}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"num_thresholds": 5, "summation_method": "minoring"}, BITS, PROBABILITIES, None),
    ("AUC", {"curve": "PR"}, BITS[..., 0], OFF_GRID[..., 0], WEIGHTS),
    ("AUC", {"curve": "PR", "num_thresholds": 6, "summation_method": "majoring"}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"curve": "PRGAIN", "num_thresholds": 7}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"thresholds": [0.8, 0.15, 0.4]}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"multi_label": True}, BITS, OFF_GRID, WEIGHTS),
    ("AUC", {"multi_label": True, "num_labels": 3, "label_weights": [0.5, 1.0, 2.0]}, BITS, OFF_GRID, WEIGHTS),
    ("AUC", {"multi_label": True, "curve": "PR", "thresholds": [0.1, 0.6]}, BITS, PROBABILITIES, None),
    ("AUC", {"label_weights": [0.5, 1.0, 2.0], "num_thresholds": 10}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"label_weights": [0.5, 1.0, 2.0], "thresholds": [0.3]}, BITS, PROBABILITIES, WEIGHTS),
    ("AUC", {"from_logits": True}, BITS, LOGITS, None),
    ("F1Score", {}, ONEHOT, PROBABILITIES, WEIGHTS),
    ("F1Score", {"average": "macro", "threshold": 0.4}, BITS, PROBABILITIES, WEIGHTS),
    ("FBetaScore", {"beta": 2.0, "average": "micro"}, ONEHOT, PROBABILITIES, WEIGHTS),
    ("FBetaScore", {"beta": 0.5, "average": "weighted", "threshold": 0.6}, BITS, PROBABILITIES, None),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2]}, SPARSE, CLASSES, WHOLE),
    ("IoU", {"num_classes": 3, "target_class_ids": [1], "ignore_class": 2}, AREAS, AREAS[:, ::-1], None),
    ("IoU", {"num_classes": 3, "target_class_ids": [1, 0], "sparse_y_pred": False, "dtype": "float32"}, SPARSE, PROBABILITIES, WEIGHTS),
    ("BinaryIoU", {}, BITS, PROBABILITIES, None),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, BITS[..., 0], PROBABILITIES[..., 0], WHOLE),
    ("MeanIoU", {"num_classes": 4}, SPARSE, CLASSES, WHOLE),
    ("MeanIoU", {"num_classes": 3, "sparse_y_true": False}, ONEHOT, CLASSES, None),
    ("OneHotIoU", {"num_classes": 3, "target_class_ids": [0, 1]}, ONEHOT, PROBABILITIES, WHOLE),
    ("OneHotMeanIoU", {"num_classes": 3}, ONEHOT, PROBABILITIES, None),
    ("OneHotMeanIoU", {"num_classes": 3, "sparse_y_pred": True, "ignore_class": 0}, ONEHOT, CLASSES, WHOLE),
]


def plain(config):
    """A config as JSON: numbers of NumPy and TensorFlow become Python's."""
    return json.loads(json.dumps(config, default=lambda x: np.asarray(x).tolist()))


def streamed(metric, y_true, y_pred, weights):
    """The result after each batch."""
    out = []
    for i in range(len(y_true)):
        args = (y_true[i],) if y_pred is None else (y_true[i], y_pred[i])
        metric.update_state(*args, sample_weight=None if weights is None else weights[i])
        out.append(numbers(metric.result()))
    return out


def case(name, options, y_true, y_pred, weights):
    common.fresh()
    metric = getattr(M, name)(**options)
    out = {"class": name, "options": options, "config": plain(metric.get_config()), "y_true": numbers(y_true)}
    if y_pred is not None:
        out["y_pred"] = numbers(y_pred)
    out["results"] = streamed(metric, y_true, y_pred, None)
    metric.reset_state()
    out["reset"] = numbers(metric.result())
    if weights is not None:
        out["sample_weight"] = numbers(weights)
        out["weighted"] = streamed(metric, y_true, y_pred, weights)
    return out


def cases():
    made = [case(*c) for c in CASES]
    forms = {
        "wrapper": M.serialize(M.MeanMetricWrapper(keras.losses.huber, name="wrapped")),
        "object": plain(M.serialize(M.Precision(thresholds=[0.2, 0.4], name="p"))),
    }
    names = ["bce", "BCE", "mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "auc", "f1_score", "cosine_similarity"]
    return [{"forms": forms, "aliases": {a: type(M.get(a)).__name__ for a in names}}, *made]
