"""Calls the gateway through boto3 and prints the results as JSON. Endpoint and keys come from the environment."""

import base64
import hashlib
import json

import boto3
import botocore.exceptions

ecr = boto3.client("ecr")
public = boto3.client("ecr-public", region_name="us-east-1")
result = {}

for name in ("boto-a", "boto-b", "boto-c"):
    ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
pages = ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
result["names"] = [[each["repositoryName"] for each in page["repositories"]] for page in pages]

try:
    ecr.create_repository(repositoryName="boto-a")
except ecr.exceptions.RepositoryAlreadyExistsException as error:
    result["exists"] = error.response["Error"]["Message"]
try:
    ecr.describe_repositories(repositoryNames=["Upper"])
except botocore.exceptions.ClientError as error:
    result["invalid"] = error.response["Error"]["Code"]


def upload(content: bytes) -> dict:
    started = ecr.initiate_layer_upload(repositoryName="boto-a")
    ecr.upload_layer_part(
        repositoryName="boto-a",
        uploadId=started["uploadId"],
        partFirstByte=0,
        partLastByte=len(content) - 1,
        layerPartBlob=content,
    )
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    ecr.complete_layer_upload(repositoryName="boto-a", uploadId=started["uploadId"], layerDigests=[digest])
    return {"digest": digest, "size": len(content)}


manifest = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **upload(b"{}")},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **upload(b"layer")}],
    }
)
ecr.put_image(repositoryName="boto-a", imageManifest=manifest, imageTag="v1")
ecr.start_image_scan(repositoryName="boto-a", imageId={"imageTag": "v1"})
ecr.get_waiter("image_scan_complete").wait(
    repositoryName="boto-a", imageId={"imageTag": "v1"}, WaiterConfig={"Delay": 1, "MaxAttempts": 3}
)
detail = ecr.describe_images(repositoryName="boto-a")["imageDetails"][0]
# DescribeImages does not show a basic scan; only DescribeImageScanFindings does.
scan = ecr.describe_image_scan_findings(repositoryName="boto-a", imageId={"imageTag": "v1"})["imageScanStatus"]
result["image"] = [detail["imageTags"], detail["imageSizeInBytes"], scan["status"], "imageScanStatus" in detail]
result["pushed"] = detail["imagePushedAt"].tzinfo is not None

token = ecr.get_authorization_token()["authorizationData"][0]
result["login"] = [base64.b64decode(token["authorizationToken"]).decode().split(":")[0], token["proxyEndpoint"]]
public.create_repository(repositoryName="boto", catalogData={"description": "from boto3", "logoImageBlob": b"\x89PNG"})
catalog = public.get_repository_catalog_data(repositoryName="boto")["catalogData"]
result["catalog"] = [catalog["description"], "logoUrl" in catalog]
print(json.dumps(result))
