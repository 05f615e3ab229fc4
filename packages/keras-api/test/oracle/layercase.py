"""One case of a layer: what it was called with, and everything Keras made of it."""
import common
from common import keras, np, numbers, tf

tree = keras.tree


def nest(x):
    """Tensors in lists and dicts as numbers; None stays."""
    if isinstance(x, (list, tuple)):
        return [nest(v) for v in x]
    if isinstance(x, dict):
        return {k: nest(v) for k, v in x.items()}
    return None if x is None else numbers(x)


def shapes(x):
    return tree.map_structure(lambda t: list(t.shape), x)


def is_float(x):
    return tf.as_dtype(x.dtype).is_floating


def weigh(outputs):
    """A scalar that depends on every element of every float output, each with another factor."""
    total = 0.0
    for t in tree.flatten(outputs):
        if is_float(t):
            n = int(np.prod(t.shape))
            factors = (np.arange(n) % 7 + 1).reshape(t.shape) / 8
            total = total + tf.reduce_sum(tf.cast(t, "float32") * tf.cast(factors, "float32"))
    return total


def masked(inputs, masks):
    """The inputs, carrying masks."""
    if masks is None:
        return inputs
    for x, mask in zip(tree.flatten(inputs), masks if isinstance(masks, list) else [masks]):
        if mask is not None:
            keras.src.backend.common.masking.set_keras_mask(x, tf.constant(mask))
    return inputs


def mask_of(x):
    return keras.src.backend.common.masking.get_keras_mask(x)


def layer_case(name, layer, inputs, training=False, masks=None, weights_seed=1, redraw=True, **call):
    """
    `layer`: a fresh layer. `inputs`: an array, or a list or dict of them. `call`: further arguments of the call, arrays
    among them. Weights are drawn anew, so that biases are not zero; `redraw=False` keeps the layer's own.
    """
    config = keras.saving.serialize_keras_object(layer)
    symbolic = tree.map_structure(lambda a: keras.KerasTensor((None, *a.shape[1:]), a.dtype.name), inputs)
    kwargs = {k: tf.constant(v) if isinstance(v, np.ndarray) else v for k, v in call.items()}
    try:
        output_shape = shapes(layer(symbolic, **{k: v for k, v in kwargs.items() if not tf.is_tensor(v)}))
    except Exception:
        output_shape = None
    xs = tree.map_structure(tf.constant, inputs)
    if not layer.built or output_shape is None:
        layer(xs, **kwargs)
    if redraw:
        rng = np.random.default_rng(weights_seed)
        for w in layer.weights:
            low = 0.25 if "variance" in w.name else -0.5
            w.assign(np.round(rng.uniform(low, 0.75, w.shape) * 256) / 256)
    before = [numbers(w) for w in layer.weights]
    floats = [x for x in tree.flatten(xs) if is_float(x)]
    with tf.GradientTape() as tape:
        for x in floats:
            tape.watch(x)
        outputs = layer(masked(xs, masks), training=training, **kwargs) if takes_training(layer) else layer(masked(xs, masks), **kwargs)
        total = weigh(outputs)
    sources = floats + [w.value for w in layer.trainable_weights]
    gradients = tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO) if tf.is_tensor(total) else []
    gradients = [tf.convert_to_tensor(g) for g in gradients]
    config_after = keras.saving.serialize_keras_object(layer)
    return {
        "name": name,
        "layer": config,
        "build_config": config_after.get("build_config"),
        "inputs": nest(inputs),
        "call": {k: nest(v) if isinstance(v, (np.ndarray, list)) else v for k, v in call.items()},
        "masks": nest(masks),
        "training": training,
        "weights": before,
        "weight_names": [w.name for w in layer.weights],
        "trainable": len(layer.trainable_weights),
        "outputs": nest(tree.map_structure(lambda t: t, outputs)),
        "output_masks": nest([mask_of(t) for t in tree.flatten(outputs)]),
        "output_shape": output_shape,
        "gradients": [numbers(g) for g in gradients],
        "after": [numbers(w) for w in layer.non_trainable_weights],
        "losses": [float(v) for v in layer.losses],
    }


def takes_training(layer):
    return layer._call_has_training_arg
