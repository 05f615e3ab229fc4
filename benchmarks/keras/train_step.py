"""Time a training step of Keras 3 on TensorFlow: the yardstick of Antler's benchmark.

It reports the milliseconds per step of `model.fit` and the loss of each of the first
20 batches from fresh weights, with arrays in memory, Adam(1e-3), sparse categorical
cross-entropy and accuracy. Data and weights are those of data.py and weights.py, so
that the TypeScript side takes the same steps.

    python train_step.py --model mlp --threads 1 --steps 50 --jit off --json

The clock of `value` stops when training ends (`on_train_end`), with every loss and
metric known. `fit` then drops its tf.data iterator, and that waits, idle, for
tf.data's autotuner, whose naps double from 10 ms: the call often returns only after
0.67, 1.3 or 2.7 s, whatever the model. With autotuning switched off the wait is gone,
so it is no part of a step, and counting it would make Keras look up to twice as slow.
`call` is the time until the call returns, wait included. `cpu` is the processor time of
all threads until training ends, which others on the machine disturb less.

With --serve, fit runs on demand, so that a driver can take turns with another
process. When warm, it prints a line {"version": ..., "output": the first losses}. Each
line "run" on stdin then runs one epoch and prints {"value": ..., "call": ...,
"cpu": ...}; "quit" or the end of stdin ends it.
"""

import argparse
import json
import os
import statistics
import sys
import time

from data import TRAINING_SETS, training_data
from weights import initial_weights, read_weights

LOSS_STEPS = 20
# Of models that do not take images as they are.
INPUT_SHAPES = {"mlp": (784,), "lstm": (64, 64), "transformer": (128, 256)}


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=TRAINING_SETS, required=True)
    parser.add_argument("--threads", type=positive, default=1, help="cores and threads")
    parser.add_argument("--steps", type=positive, default=50, help="steps in an epoch")
    parser.add_argument("--repeats", type=positive, default=5, help="epochs measured")
    parser.add_argument("--jit", choices=["on", "off"], default="off", help="XLA")
    parser.add_argument(
        "--weights", help="start from this file (raw float32, in order), not weights.py"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--serve", action="store_true", help="run epochs on demand")
    return parser.parse_args()


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def limit_threads(threads: int) -> None:
    """Confine this process to `threads` cores and as many compute threads.

    Must come before TensorFlow is imported: threads inherit the cores, and OpenMP and
    oneDNN read their limits once.
    """
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < threads:
            raise SystemExit(f"--threads {threads}: only {len(cores)} cores allowed")
        os.sched_setaffinity(0, cores[:threads])
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # A GPU must not take part in a comparison of CPUs.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""

    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def build(args: argparse.Namespace):
    """Return the compiled Keras model with its initial weights."""
    import keras

    from models import build_model

    shape = INPUT_SHAPES.get(args.model, TRAINING_SETS[args.model].image_shape)
    model = build_model(args.model, shape)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=args.jit == "on",
    )
    if args.weights:
        weights = read_weights(args.weights, args.model)
    else:
        weights = initial_weights(args.model)
    model.set_weights(list(weights.values()))
    return model


def first_losses(args: argparse.Namespace, images, labels) -> list[float]:
    """Train a fresh model for 20 steps and return the loss of each batch."""
    model = build(args)
    batch = TRAINING_SETS[args.model].batch_size
    losses = []
    for start in range(0, LOSS_STEPS * batch, batch):
        # Keras reports the running mean of all batches since the last reset.
        model.reset_metrics()
        logs = model.train_on_batch(
            images[start : start + batch],
            labels[start : start + batch],
            return_dict=True,
        )
        losses.append(float(logs["loss"]))
    return losses


class Epoch:
    """A fresh model, warmed up, and its epoch to time."""

    def __init__(self, args: argparse.Namespace, images, labels):
        """Build the model and run one epoch, which traces and compiles the step."""
        self.steps = args.steps
        self.batch = TRAINING_SETS[args.model].batch_size
        self.images = images[: self.steps * self.batch]
        self.labels = labels[: self.steps * self.batch]
        self.model = build(args)
        self.run()

    def run(self) -> dict[str, float]:
        """Run one epoch of `fit`; return ms per step, on the clocks described above."""
        import keras

        ends = []
        used = []
        clock = keras.callbacks.LambdaCallback(
            on_train_end=lambda logs: (
                ends.append(time.perf_counter()),
                used.append(time.process_time()),
            )
        )
        used.append(time.process_time())
        start = time.perf_counter()
        self.model.fit(
            self.images,
            self.labels,
            batch_size=self.batch,
            epochs=1,
            shuffle=False,
            verbose=0,
            callbacks=[clock],
        )
        ends.append(time.perf_counter())
        trained, returned = ((end - start) * 1000 / self.steps for end in ends)
        return {
            "value": trained,
            "call": returned,
            "cpu": (used[1] - used[0]) * 1000 / self.steps,
        }


def serve(epoch: Epoch, about: dict) -> None:
    """Answer each "run" on stdin with the time of one epoch, as a line of JSON."""
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        match line.strip():
            case "run":
                answer = epoch.run()
            case "quit":
                return
            case other:
                answer = {"error": f'expected "run" or "quit", got "{other}"'}
        print(json.dumps(answer), flush=True)


def main() -> None:
    """Measure one model, or serve epochs of it."""
    args = parse_arguments()
    limit_threads(args.threads)
    images, labels = training_data(args.model, max(args.steps, LOSS_STEPS))
    if args.model in INPUT_SHAPES:
        images = images.reshape(len(images), *INPUT_SHAPES[args.model])

    import keras
    import tensorflow as tf

    about = {
        "model": args.model,
        "batch": TRAINING_SETS[args.model].batch_size,
        "steps": args.steps,
        "threads": args.threads,
        "jit": args.jit,
        "version": f"{keras.__version__}, TensorFlow {tf.__version__}",
    }
    losses = first_losses(args, images, labels)
    epoch = Epoch(args, images, labels)
    if args.serve:
        serve(epoch, {**about, "output": losses})
        return
    rounds = [epoch.run() for _ in range(args.repeats)]
    times = [one["value"] for one in rounds]
    median = statistics.median(times)
    call = statistics.median(one["call"] for one in rounds)
    if args.json:
        result = {"value": median, "call": call, "rounds": rounds}
        print(json.dumps({**about, **result, "losses": losses}))
    else:
        print(f"{args.model}, jit {args.jit}, {args.threads} thread(s): ", end="")
        print(f"{median:.2f} ms per step (epochs {min(times):.2f} to {max(times):.2f})")
        print(f"{call:.2f} ms per step until the call returns")
        print(json.dumps({"losses": losses}))


if __name__ == "__main__":
    main()
