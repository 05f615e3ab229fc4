"""What Keras makes of files: loads each, says what the model gives and, if it is compiled, its weights after one more step.

    python resume.py a.keras b.weights.h5=sequential

A file of weights needs the name of its model in models.py. Prints a list of reports as JSON.
"""
import json
import sys

from models import MODELS, keras, report


def load(path, name):
    if not name:
        return keras.models.load_model(path)
    model = MODELS[name]()
    model.load_weights(path)
    return model


print(json.dumps([report(load(*f"{argument}=".split("=")[:2])) for argument in sys.argv[1:]]))
