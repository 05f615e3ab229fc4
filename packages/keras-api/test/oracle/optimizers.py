"""Optimizers: twenty steps with given gradients on two matrices, a vector and a scalar; slots, configs.

Each case is an optimizer and what is done with it; the gradients are alike for all but those with overflows.
"""
import json

import keras
import numpy as np

from common import draw, fresh, numbers

O = keras.optimizers
S = O.schedules
STEPS = 20
KEPT = [1, 5, 20]
SHAPES = {"dense/kernel": (2, 3), "embedding/table": (3, 2), "dense/bias": (3,), "scale": ()}


def gradients(overflows=()):
    """Usual ones, some that are zero at first, a step of zeros, and some large ones."""
    out = []
    for step in range(STEPS):
        g = [draw(shape, seed=100 + len(SHAPES) * step + i) for i, shape in enumerate(SHAPES.values())]
        if step == 0:
            g[0] = g[0] * 0
        if step in (0, 1):
            g[2] = g[2] * 0
        if step == 7:
            g = [x * 0 for x in g]
        if step == 11:
            g = [x * np.float32(64) for x in g]
        if step in overflows:
            g[step % 2].flat[1] = np.inf if step % 3 else np.nan
        out.append([np.asarray(x, "float32") for x in g])
    return out


class Before:
    """A variable whose `value` is what it held at first; all else is the variable now."""

    def __init__(self, variable):
        self.variable, self.value = variable, keras.ops.convert_to_tensor(variable) + 0.0

    def __getattr__(self, name):
        return getattr(self.variable, name)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.variable, dtype)


def paper(optimizer):
    """Makes ScheduleFreeAdamW read its momentum before its step changes it, as the paper and Keras's other backends do."""
    step = optimizer.update_step

    def update_step(gradient, variable, learning_rate):
        slots, index = optimizer._momentums, optimizer._get_variable_index(variable)
        optimizer._momentums = [Before(v) if i == index else v for i, v in enumerate(slots)]
        step(gradient, variable, learning_rate)
        optimizer._momentums = slots

    optimizer.update_step = update_step
    return optimizer


RULES = {
    "sgd": lambda: O.SGD(0.1),
    "sgd_momentum": lambda: O.SGD(0.05, momentum=0.9),
    "sgd_nesterov": lambda: O.SGD(0.05, momentum=0.9, nesterov=True),
    "sgd_decay": lambda: O.SGD(0.1, momentum=0.5, weight_decay=0.1),
    "sgd_clipnorm": lambda: O.SGD(0.1, clipnorm=0.5),
    "sgd_clipvalue": lambda: O.SGD(0.1, clipvalue=0.25),
    "sgd_global_clipnorm": lambda: O.SGD(0.1, global_clipnorm=1.5),
    "sgd_ema": lambda: O.SGD(0.1, use_ema=True, ema_momentum=0.8),
    "sgd_ema_overwrite": lambda: O.SGD(0.1, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3),
    "sgd_loss_scale": lambda: O.SGD(0.1, loss_scale_factor=8.0),
    "sgd_accumulation": lambda: O.SGD(0.1, momentum=0.9, gradient_accumulation_steps=3),
    "sgd_exponential": lambda: O.SGD(S.ExponentialDecay(0.1, 5, 0.7)),
    "sgd_piecewise": lambda: O.SGD(S.PiecewiseConstantDecay([4, 9], [0.1, 0.05, 0.01]), weight_decay=0.05),
    "sgd_named": lambda: O.SGD(0.1, name="mine", momentum=0.1),
    "adam": lambda: O.Adam(0.01),
    "adam_defaults": lambda: O.Adam(),
    "adam_amsgrad": lambda: O.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5, amsgrad=True),
    "adam_decay_clipped": lambda: O.Adam(0.01, weight_decay=0.02, global_clipnorm=0.5),
    "adam_cosine": lambda: O.Adam(S.CosineDecay(0.01, 15, warmup_target=0.05, warmup_steps=5)),
    "adam_accumulation": lambda: O.Adam(0.01, gradient_accumulation_steps=2, clipnorm=1.0, weight_decay=0.1),
    "adam_accumulation_schedule": lambda: O.Adam(S.InverseTimeDecay(0.02, 4, 0.5), gradient_accumulation_steps=4),
    "adam_accumulation_ema": lambda: O.Adam(
        0.01, amsgrad=True, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2
    ),
    "adamw": lambda: O.AdamW(0.01),
    "adamw_polynomial": lambda: O.AdamW(S.PolynomialDecay(0.05, 12, power=2.0), weight_decay=0.2, amsgrad=True),
    "adamax": lambda: O.Adamax(0.02),
    "adamax_options": lambda: O.Adamax(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-4, weight_decay=0.05),
    "adadelta": lambda: O.Adadelta(1.0),
    "adadelta_options": lambda: O.Adadelta(0.5, rho=0.8, epsilon=1e-4, clipvalue=1.0),
    "adagrad": lambda: O.Adagrad(0.1),
    "adagrad_options": lambda: O.Adagrad(0.1, initial_accumulator_value=0.5, epsilon=1e-3, use_ema=True),
    "adafactor": lambda: O.Adafactor(0.05),
    "adafactor_options": lambda: O.Adafactor(
        0.5, beta_2_decay=-0.5, epsilon_1=1e-8, epsilon_2=0.01, clip_threshold=0.5, relative_step=False, weight_decay=0.01
    ),
    "adafactor_schedule": lambda: O.Adafactor(S.CosineDecayRestarts(0.1, 6, m_mul=0.5)),
    "adafactor_accumulation": lambda: O.Adafactor(0.05, gradient_accumulation_steps=2, use_ema=True),
    "ftrl": lambda: O.Ftrl(0.1),
    "ftrl_options": lambda: O.Ftrl(
        0.2,
        learning_rate_power=-0.7,
        initial_accumulator_value=0.3,
        l1_regularization_strength=0.05,
        l2_regularization_strength=0.1,
        l2_shrinkage_regularization_strength=0.02,
        beta=0.5,
    ),
    "ftrl_constant": lambda: O.Ftrl(0.05, learning_rate_power=0.0, l1_regularization_strength=0.01),
    "lamb": lambda: O.Lamb(0.01),
    "lamb_options": lambda: O.Lamb(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-5, weight_decay=0.01),
    "lion": lambda: O.Lion(0.01),
    "lion_options": lambda: O.Lion(0.01, beta_1=0.5, beta_2=0.9, weight_decay=0.1),
    "muon": lambda: O.Muon(0.02),
    "muon_options": lambda: O.Muon(
        0.02,
        adam_beta_1=0.8,
        adam_beta_2=0.95,
        adam_weight_decay=None,
        weight_decay=0.1,
        adam_lr_ratio=0.5,
        momentum=0.8,
        ns_steps=3,
        nesterov=False,
        rms_rate=None,
        exclude_embeddings=False,
    ),
    "muon_excluded": lambda: O.Muon(0.02, exclude_layers=["den.e"], gradient_accumulation_steps=2),
    "nadam": lambda: O.Nadam(0.01),
    "nadam_options": lambda: O.Nadam(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-4, use_ema=True, gradient_accumulation_steps=2),
    "rmsprop": lambda: O.RMSprop(0.01),
    "rmsprop_momentum": lambda: O.RMSprop(0.01, rho=0.8, momentum=0.5),
    "rmsprop_centered": lambda: O.RMSprop(0.01, rho=0.95, momentum=0.9, epsilon=1e-3, centered=True, global_clipnorm=1.0),
    "loss_scale": lambda: O.LossScaleOptimizer(O.SGD(0.1, momentum=0.9), initial_scale=4.0, dynamic_growth_steps=3),
    "loss_scale_adam": lambda: O.LossScaleOptimizer(
        O.Adam(S.ExponentialDecay(0.02, 5, 0.7), use_ema=True), initial_scale=16.0, dynamic_growth_steps=2, name="scaled"
    ),
    "loss_scale_accumulation": lambda: O.LossScaleOptimizer(O.SGD(0.1, gradient_accumulation_steps=2), initial_scale=2.0),
    "schedule_free": lambda: paper(O.ScheduleFreeAdamW(0.01)),
    "schedule_free_options": lambda: paper(O.ScheduleFreeAdamW(0.02, beta_1=0.8, beta_2=0.95, warmup_steps=4, weight_decay=0.1)),
    "multi": lambda: O.MultiOptimizer(O.OptimizerMap(O.SGD(0.1), {"dense/.*": O.Adam(0.01), "scale": O.RMSprop(0.02)})),
    "sgd_excluded": lambda: O.SGD(0.1, weight_decay=0.2),
    "adamw_excluded": lambda: O.AdamW(0.01, weight_decay=0.5),
    "sgd_constrained": lambda: O.SGD(0.1),
    "adam_constrained_ema": lambda: O.Adam(0.05, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=4),
    "sgd_constrained_accumulation": lambda: O.SGD(0.1, gradient_accumulation_steps=2),
}

# What is not usual about a case: steps with gradients that are not finite; what weight decay leaves out; which weights may not be
# negative; whether the averages replace the weights at the end.
OVERFLOWS = {"loss_scale": (3, 4, 9), "loss_scale_adam": (0, 7, 15), "loss_scale_accumulation": (1, 6)}
EXCLUDED = {"sgd_excluded": {"names": ["bias", "^sc"]}, "adamw_excluded": {"variables": [0]}}
CONSTRAINED = {"sgd_constrained": [0, 2], "adam_constrained_ema": [0], "sgd_constrained_accumulation": [0, 3]}
FINALIZED = {"sgd_ema", "adam_accumulation_ema", "loss_scale_adam"}


def initial(i, shape):
    """The scalar starts from zero."""
    return draw(shape, seed=i) if shape else np.float32(0)


def variables(constrained):
    made = []
    for i, (path, shape) in enumerate(SHAPES.items()):
        scope, _, name = path.rpartition("/")
        with keras.name_scope(scope) if scope else keras.name_scope(""):
            v = keras.Variable(initial(i, shape), name=name)
        v._path = path
        v.constraint = keras.constraints.NonNeg() if i in constrained else None
        made.append(v)
    return made


def case(name, make):
    fresh()
    excluded, constrained = EXCLUDED.get(name, {}), CONSTRAINED.get(name, [])
    weights = variables(constrained)
    optimizer = make()
    if excluded:
        chosen = [weights[i] for i in excluded.get("variables", [])]
        optimizer.exclude_from_weight_decay(var_list=chosen, var_names=excluded.get("names"))
    config = json.loads(json.dumps(O.serialize(optimizer)))
    optimizer.build(weights)
    steps = gradients(OVERFLOWS.get(name, ()))
    after = {}
    for i, g in enumerate(steps, 1):
        optimizer.apply([keras.ops.convert_to_tensor(x) for x in g], weights)
        if i in KEPT:
            after[str(i)] = [numbers(v) for v in weights]
    out = {
        "name": name,
        "config": config,
        "excluded": excluded,
        "constrained": constrained,
        "weights": [{"path": path, "before": numbers(initial(i, shape))} for i, (path, shape) in enumerate(SHAPES.items())],
        "gradients": [numbers(np.stack(g)) for g in zip(*steps)],
        "after": after,
        "slots": [{"path": v.path, "dtype": str(v.dtype), "value": numbers(v)} for v in optimizer.variables],
        "scaled": float(optimizer.scale_loss(keras.ops.convert_to_tensor(3.0))),
    }
    if name in FINALIZED:
        optimizer.finalize_variable_values(weights)
        out["finalized"] = [numbers(v) for v in weights]
    return out


def cases():
    return [case(name, make) for name, make in RULES.items()]
