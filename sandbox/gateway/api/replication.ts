import type { DescribeImageReplicationStatusRequest, PutReplicationConfigurationRequest } from "@aws-sdk/client-ecr";
import { replicationFaults } from "../../../ecr/registry/replication";
import type { Operation } from "../context";
import { replicationConfigurations } from "../state/registrySettings";
import { refuseInput } from "./faults";
import { existingImage } from "./imageOperations";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

const describeRegistry: Operation<object> = (context, caller) => ({
  registryId: caller.account,
  replicationConfiguration: replicationConfigurations.get(context.store, caller) ?? { rules: [] },
});

const putReplicationConfiguration: Operation<PutReplicationConfigurationRequest> = (context, caller, input) => {
  const replicationConfiguration = input.replicationConfiguration ?? { rules: [] };
  refuseInput(replicationFaults(replicationConfiguration, "replicationConfiguration", caller));
  replicationConfigurations.put(context.store, caller, replicationConfiguration);
  return { replicationConfiguration };
};

/** One entry for each destination the rules had when the image was pushed. Waits for running copies. */
const describeImageReplicationStatus: Operation<DescribeImageReplicationStatusRequest> = async (
  context,
  caller,
  input,
) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  await context.replicator.settled(repository);
  const image = existingImage(context, registry, repository, input.imageId ?? {});
  return {
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag: input.imageId?.imageTag },
    replicationStatuses: (image.replications ?? []).map(({ account, region, status, failureCode }) => ({
      registryId: account,
      region,
      status,
      failureCode: status === "FAILED" ? failureCode : undefined,
    })),
  };
};

export const replicationOperations = {
  DescribeRegistry: describeRegistry,
  PutReplicationConfiguration: putReplicationConfiguration,
  DescribeImageReplicationStatus: describeImageReplicationStatus,
};
