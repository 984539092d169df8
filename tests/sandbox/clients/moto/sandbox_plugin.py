"""Runs moto's ECR tests against the local AWS, each in its own account, and writes their results."""

import hashlib
import json
import os
import random

import boto3
import pytest
from botocore.client import BaseClient
from moto.core.models import MockAWS

RESULTS = {}
FIRST_ACCOUNT = 500_000_000_000
# moto accepts any registry ID as its own; many of its tests use this one.
MOTO_REGISTRY = "012345678910"


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


# moto has no layers: its tests use the digests of the numbers up to 100, and for a config that of its layers' digests.
LAYERS = {digest_of(str(number).encode()): str(number).encode() for number in range(101)}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for number, item in enumerate(items):
        item.sandbox_account = str(FIRST_ACCOUNT + number)


@pytest.fixture(autouse=True)
def own_account(request, monkeypatch):
    """A 12-digit key ID selects that account's root; moto's tests take the account from a constant of their module."""
    account = request.node.sandbox_account
    random.seed(account)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", os.environ["SANDBOX_SECRET"])
    # boto3's cached session still has the previous test's key.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    # moto would replace these variables with its own key.
    for method in ("_mock_env_variables", "_unmock_env_variables"):
        monkeypatch.setattr(MockAWS, method, lambda self: None)
    for constant in ("ACCOUNT_ID", "DEFAULT_ACCOUNT_ID"):
        if hasattr(request.module, constant):
            monkeypatch.setattr(request.module, constant, account)
    call = BaseClient._make_api_call

    def prepared_call(self, operation, parameters):
        if parameters.get("registryId") == MOTO_REGISTRY:
            parameters = {**parameters, "registryId": account}
        if operation == "PutImage":
            upload_layers(lambda *more: call(self, *more), parameters)
        return call(self, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", prepared_call)


def upload_layers(call, parameters):
    manifest = json.loads(parameters["imageManifest"])
    layers = [layer["digest"] for layer in manifest.get("layers", [])]
    config = "".join(layers).encode()
    known = {**LAYERS, digest_of(config): config}
    wanted = {*layers, manifest.get("config", {}).get("digest")} & known.keys()
    repository = {"repositoryName": parameters["repositoryName"]}
    for digest in wanted:
        found = call("BatchCheckLayerAvailability", {**repository, "layerDigests": [digest]})
        if found["layers"][0]["layerAvailability"] == "UNAVAILABLE":
            upload = {**repository, "uploadId": call("InitiateLayerUpload", repository)["uploadId"]}
            content = known[digest]
            part = {"partFirstByte": 0, "partLastByte": len(content) - 1, "layerPartBlob": content}
            call("UploadLayerPart", {**upload, **part})
            call("CompleteLayerUpload", {**upload, "layerDigests": [digest]})


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call" or report.outcome != "passed":
        name = item.nodeid.split("test_ecr/")[-1]
        message = str(report.longrepr.reprcrash.message) if hasattr(report.longrepr, "reprcrash") else ""
        RESULTS[name] = {"outcome": report.outcome, "message": message[:500]}


def pytest_sessionfinish():
    with open(os.environ["SANDBOX_RESULTS"], "w", encoding="utf-8") as file:
        json.dump(RESULTS, file, indent=1)
