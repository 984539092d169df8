import { isRegionName } from "../../../ecr/names/regions";
import type { GatewayContext, Operation } from "../context";
import { authorize } from "../iam/authorizer";
import type { Caller } from "../iam/caller";
import { operationAccess } from "../iam/operationAccess";
import { ecrModel, ecrPublicModel } from "../models/models";
import type { RegistryKind } from "../state/records";
import { ServiceError } from "../wire/serviceError";
import type { ServiceModel } from "../wire/serviceModel";
import { accountSettingOperations } from "./accountSettings";
import { getPrivateAuthorizationToken, getPublicAuthorizationToken } from "./authorization";
import { batchDeleteImage } from "./batchDeleteImage";
import { creationTemplateOperations } from "./creationTemplates";
import { batchGetImage, imageOperations, listImages } from "./imageOperations";
import { listImageReferrers } from "./imageReferrers";
import { imageScanOperations } from "./imageScans";
import { getDownloadUrlForLayer, layerOperations } from "./layers";
import { lifecycleOperations } from "./lifecyclePolicies";
import { lifecyclePreviewOperations } from "./lifecyclePreviews";
import { describeImageTags } from "./publicImageTags";
import { publicRegistryOperations } from "./publicRegistries";
import { publicRepositoryOperations } from "./publicRepositories";
import { pullThroughCacheOperations } from "./pullThroughCacheRules";
import { pullTimeExclusionOperations } from "./pullTimeExclusions";
import { registryPolicyOperations } from "./registryPolicies";
import { replicationOperations } from "./replication";
import { replicationBackfillOperations } from "./replicationBackfills";
import {
  createRepository,
  deleteRepository,
  describeRepositories,
  putImageScanningConfiguration,
  putImageTagMutability,
} from "./repositories";
import { policyOperations } from "./repositoryPolicies";
import { tagOperations } from "./resourceTags";
import { scanningConfigurationOperations } from "./scanningConfiguration";
import { signingOperations } from "./signing";
import { updateImageStorageClass } from "./storageClass";

/** Regions with an ECR Public API endpoint (AWS General Reference, "Amazon ECR Public endpoints"). */
const publicApiRegions = ["us-east-1", "us-west-2"];

/** One of the two services: its model, operations, and regions. */
export interface Service {
  kind: RegistryKind;
  model: ServiceModel;
  operations: Record<string, Operation>;
  /** @throws ServiceError when the real service has no endpoint in the region. */
  refuseRegion(region: string): void;
}

const ecr: Service = {
  kind: "private",
  model: ecrModel,
  operations: {
    CreateRepository: createRepository,
    DeleteRepository: deleteRepository,
    DescribeRepositories: describeRepositories,
    PutImageTagMutability: putImageTagMutability,
    PutImageScanningConfiguration: putImageScanningConfiguration,
    ...lifecycleOperations,
    ...lifecyclePreviewOperations,
    ...policyOperations("private"),
    ...imageOperations("private"),
    ...layerOperations("private"),
    GetDownloadUrlForLayer: getDownloadUrlForLayer,
    ListImages: listImages,
    BatchGetImage: batchGetImage,
    BatchDeleteImage: batchDeleteImage("private"),
    GetAuthorizationToken: getPrivateAuthorizationToken,
    ...tagOperations("private"),
    ...registryPolicyOperations,
    ...replicationOperations,
    ...replicationBackfillOperations,
    ...pullThroughCacheOperations,
    ...creationTemplateOperations,
    ...accountSettingOperations,
    ...scanningConfigurationOperations,
    ...imageScanOperations,
    ...signingOperations,
    ...pullTimeExclusionOperations,
    ListImageReferrers: listImageReferrers,
    UpdateImageStorageClass: updateImageStorageClass,
  },
  refuseRegion(region) {
    if (!isRegionName(region)) {
      throw new ServiceError("InvalidSignatureException", "Credential should be scoped to a valid region.");
    }
  },
};

const ecrPublic: Service = {
  kind: "public",
  model: ecrPublicModel,
  operations: {
    ...publicRepositoryOperations,
    ...publicRegistryOperations,
    ...policyOperations("public"),
    ...imageOperations("public"),
    ...layerOperations("public"),
    DescribeImageTags: describeImageTags,
    BatchDeleteImage: batchDeleteImage("public"),
    GetAuthorizationToken: getPublicAuthorizationToken,
    ...tagOperations("public"),
  },
  refuseRegion(region) {
    if (!publicApiRegions.includes(region)) {
      throw new ServiceError(
        "UnsupportedCommandException",
        `Amazon ECR Public has no endpoint in the region '${region}': call it in ${publicApiRegions.join(" or ")}.`,
      );
    }
  },
};

/** Both services by registry kind. */
export const services: Readonly<Record<RegistryKind, Service>> = { private: ecr, public: ecrPublic };

/** The service for a target or signing name; `undefined` when the gateway does not implement it. */
export function serviceFor(target: string | undefined, signingName: string | undefined): Service | undefined {
  const prefix = target?.split(".")[0];
  return [ecr, ecrPublic].find(({ model }) =>
    target === undefined ? model.signingName === signingName : model.targetPrefix === prefix,
  );
}

/** Runs an operation by name. Throws ServiceError for what the service or the sandbox refuses. */
export async function runOperation(
  context: GatewayContext,
  service: Service,
  name: string,
  caller: Caller,
  input: unknown,
): Promise<object> {
  service.refuseRegion(caller.region);
  if (!service.model.hasOperation(name)) {
    throw new ServiceError("UnknownOperationException", `The service has no operation '${name}'.`);
  }
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation === undefined) {
    throw new ServiceError(
      "UnsupportedOperationException",
      `The sandbox does not support ${service.model.signingName}:${name}.`,
    );
  }
  for (const access of operationAccess(context, service.kind, name, caller, input)) {
    await authorize(context, caller.principal, access);
  }
  // Validation against the model guarantees that this is the operation's input.
  return operation(context, caller, service.model.parse(name, input) as never);
}
