"""What Keras makes of a file: loads it, says what the model gives, trains one step, says it again.

    python resume.py model.keras
    python resume.py model.weights.h5 name-in-models.py
"""
import json
import sys

from models import MODELS, keras, report

path, *name = sys.argv[1:]
if name:
    model = MODELS[name[0]]()
    model.load_weights(path)
else:
    model = keras.models.load_model(path)
print(json.dumps(report(model)))
