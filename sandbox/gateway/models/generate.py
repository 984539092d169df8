"""Writes ecr.json and ecrPublic.json: the operations of both services and their shapes, from botocore's service models.

Run with a Python that has botocore: python generate.py. Kept are what decides whether a request is valid, what an answer
holds, and which errors each operation names.
"""

import json
import pathlib

import botocore.loaders

KEPT = ("type", "min", "max", "pattern", "enum", "required")


def trim(service: str) -> dict:
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
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


for service, file in (("ecr", "ecr.json"), ("ecr-public", "ecrPublic.json")):
    target = pathlib.Path(__file__).with_name(file)
    target.write_text(json.dumps(trim(service), indent=1) + "\n")
