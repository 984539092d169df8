import type { DescribeImageSigningStatusRequest, PutSigningConfigurationRequest } from "@aws-sdk/client-ecr";
import { wildcardMatches } from "../../../ecr/tags/wildcard";
import type { GatewayContext, Operation } from "../context";
import type { Caller } from "../iam/caller";
import { signingConfigurations } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { existingImage } from "./imageOperations";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

const putSigningConfiguration: Operation<PutSigningConfigurationRequest> = (context, caller, input) => {
  const signingConfiguration = input.signingConfiguration ?? { rules: [] };
  const putAt = context.clock.now();
  signingConfigurations.put(context.store, caller, { configuration: signingConfiguration, putAt });
  return { signingConfiguration };
};

const getSigningConfiguration: Operation<object> = (context, caller) => ({
  registryId: caller.account,
  signingConfiguration: existingConfiguration(context, caller),
});

const deleteSigningConfiguration: Operation<object> = (context, caller) => {
  const signingConfiguration = existingConfiguration(context, caller);
  signingConfigurations.remove(context.store, caller);
  return { registryId: caller.account, signingConfiguration };
};

/**
 * One status for each signing profile whose rule matches the repository. The sandbox does not sign: images that ECR
 * would have signed on push are reported as failed, with the reason.
 */
const describeImageSigningStatus: Operation<DescribeImageSigningStatusRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const image = existingImage(context, registry, repository, input.imageId ?? {});
  const kept = signingConfigurations.get(context.store, registry);
  const rules = kept && image.pushedAt >= kept.putAt ? (kept.configuration.rules ?? []) : [];
  const profiles = rules
    .filter(
      ({ repositoryFilters }) =>
        repositoryFilters === undefined ||
        repositoryFilters.some(({ filter = "" }) => wildcardMatches(filter, repository.name)),
    )
    .map((rule) => rule.signingProfileArn);
  return {
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag: input.imageId?.imageTag },
    registryId: repository.account,
    signingStatuses: [...new Set(profiles)].map((signingProfileArn) => ({
      signingProfileArn,
      status: "FAILED",
      failureCode: "SandboxDoesNotSign",
      failureReason: "The sandbox stores signing rules but signs nothing: it has no AWS Signer.",
    })),
  };
};

export const signingOperations = {
  PutSigningConfiguration: putSigningConfiguration,
  GetSigningConfiguration: getSigningConfiguration,
  DeleteSigningConfiguration: deleteSigningConfiguration,
  DescribeImageSigningStatus: describeImageSigningStatus,
};

function existingConfiguration(context: GatewayContext, caller: Caller) {
  const kept = signingConfigurations.get(context.store, caller);
  if (!kept) {
    throw new ServiceError(
      "SigningConfigurationNotFoundException",
      `The signing configuration does not exist in the registry with id '${caller.account}'`,
    );
  }
  return kept.configuration;
}
