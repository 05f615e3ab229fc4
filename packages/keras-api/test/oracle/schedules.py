"""Learning rate schedules: the rate at steps 0, 1, 2, ..., and the serialized object."""
import keras
import numpy as np

from common import numbers

S = keras.optimizers.schedules

STEPS = list(range(0, 45)) + [99, 100, 101, 1000, 12345]

SCHEDULES = [
    S.ExponentialDecay(0.1, 7, 0.9),
    S.ExponentialDecay(0.1, 7, 0.5, staircase=True, name="stairs"),
    S.PiecewiseConstantDecay([3, 10, 20], [1.0, 0.5, 0.25, 0.1]),
    S.PiecewiseConstantDecay([5], [0.3, 0.03], name="two"),
    S.PiecewiseConstantDecay([2.5, 10.0], [1.0, 0.5, 0.1]),
    S.PolynomialDecay(0.1, 20),
    S.PolynomialDecay(0.1, 20, end_learning_rate=0.01, power=0.5),
    S.PolynomialDecay(0.2, 10, end_learning_rate=0.01, power=2.0, cycle=True),
    S.InverseTimeDecay(0.1, 5, 0.5),
    S.InverseTimeDecay(0.1, 5, 0.5, staircase=True),
    S.CosineDecay(0.1, 30),
    S.CosineDecay(0.1, 30, alpha=0.2, name="cosine"),
    S.CosineDecay(0.0, 20, warmup_target=0.3, warmup_steps=10),
    S.CosineDecay(0.01, 20, alpha=0.1, warmup_target=0.3, warmup_steps=15),
    S.CosineDecayRestarts(0.1, 5),
    S.CosineDecayRestarts(0.1, 5, t_mul=1.0, m_mul=0.8),
    S.CosineDecayRestarts(0.1, 4, t_mul=3.0, m_mul=0.5, alpha=0.1),
    S.CosineDecayRestarts(0.1, 6, t_mul=1.5),
]


def cases():
    return [
        {
            "config": S.serialize(schedule),
            "steps": STEPS,
            "rates": numbers(np.array([float(schedule(keras.ops.convert_to_tensor(s, "int64"))) for s in STEPS], "float32")),
        }
        for schedule in SCHEDULES
    ]
