"""Writes ecr.json and ecrPublic.json to a folder: the operations of both services and their shapes, from botocore's service
models. Keeps what determines whether a request is valid, what a response contains, and which errors each operation lists.

python generate.py FOLDER [WHEEL]: uses the models of the installed botocore, or of a wheel, which is only read as data.
"""

import gzip
import json
import pathlib
import sys
import zipfile

KEPT = ("type", "min", "max", "pattern", "enum", "required")


def service_model(root, service: str) -> dict:
    newest = max((folder for folder in (root / service).iterdir()), key=lambda folder: folder.name)
    plain, packed = newest / "service-2.json", newest / "service-2.json.gz"
    return json.loads(plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))


def trim(model: dict) -> dict:
    shapes: dict = {}

    def keep(name: str) -> str:
        if name not in shapes:
            source = model["shapes"][name]
            shapes[name] = kept = {key: source[key] for key in KEPT if key in source}
            if "members" in source:
                kept["members"] = {key: keep(member["shape"]) for key, member in source["members"].items()}
            for part in ("member", "key", "value"):
                if part in source:
                    kept[part] = keep(source[part]["shape"])
        return name

    operations = {
        name: {
            "input": keep(operation["input"]["shape"]),
            "output": keep(operation["output"]["shape"]),
            "errors": [error["shape"] for error in operation.get("errors", [])],
        }
        for name, operation in sorted(model["operations"].items())
    }
    metadata = model["metadata"]
    return {
        "targetPrefix": metadata["targetPrefix"],
        "signingName": metadata["signingName"],
        "apiVersion": metadata["apiVersion"],
        "operations": operations,
        "shapes": dict(sorted(shapes.items())),
    }


folder, *wheel = sys.argv[1:]
if wheel:
    data = zipfile.Path(wheel[0], "botocore/data/")
else:
    import botocore

    data = pathlib.Path(botocore.__file__).parent / "data"
for service, file in (("ecr", "ecr.json"), ("ecr-public", "ecrPublic.json")):
    text = json.dumps(trim(service_model(data, service)), indent=1) + "\n"
    pathlib.Path(folder, file).write_text(text)
