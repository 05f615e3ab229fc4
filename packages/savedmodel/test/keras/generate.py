"""Writes models.zip, files of models as Keras makes them, and models.json, what the models in them give.

    python generate.py [--check] [folder]

Without a folder: beside this script. Needs keras 3, tensorflow-cpu and h5py.
"""
import hashlib
import pathlib
import sys
import tempfile
import zipfile

from models import MODELS, OPTIMIZERS, TRAINED, keras, report, step

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "scripts" / "oracle"))
from golden import arguments, settle  # noqa: E402


def main():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=HERE)
    options = parser.parse_args()
    folder = options.folder
    members, cases = {}, []
    with tempfile.TemporaryDirectory() as scratch:

        def case(name, model, extensions):
            for extension in extensions:
                path = f"{scratch}/{name}{extension}"
                (model.save_weights if extension == ".weights.h5" else model.save)(path)
                members[f"{name}{extension}"] = pathlib.Path(path).read_bytes()
            # What is in the file, not what was in the model before: random state begins anew.
            loaded = keras.models.load_model(f"{scratch}/{name}{extensions[0]}")
            cases.append({"name": name, "extensions": extensions, **report(loaded)})

        for name, make in MODELS.items():
            keras.utils.set_random_seed(len(name))
            legacy = [] if name == "blocks" else [".h5"]
            case(name, make(), [".keras", ".weights.h5", *legacy])
            for optimizer in TRAINED.get(name, []):
                model = make()
                model.compile(OPTIMIZERS[optimizer](), "mse")
                for _ in range(3):
                    step(model)
                case(f"{name}-{optimizer}", model, [".keras", ".weights.h5", *legacy])
        model = MODELS["sequential"]()
        model.compile("adam", "mse")
        case("compiled", model, [".keras"])

    if not options.check:
        with zipfile.ZipFile(folder / "models.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)
    scripts = b"".join((HERE / name).read_bytes() for name in ["generate.py", "models.py"])
    found = {"keras": keras.__version__, "scripts": hashlib.sha256(scripts).hexdigest(), "cases": cases}
    sys.exit(not settle(folder / "models.json", found, options.check))


main()
