import type {
  BatchGetRepositoryScanningConfigurationRequest,
  PutRegistryScanningConfigurationRequest,
  RegistryScanningConfiguration,
  RepositoryScanningConfiguration,
  RepositoryScanningConfigurationFailure,
} from "@aws-sdk/client-ecr";
import { scanningFaults } from "../../../ecr/registry/scanning";
import type { Operation } from "../context";
import { scanFrequency, scanningConfiguration } from "../scans/scans";
import { scanningConfigurations } from "../state/registrySettings";
import { repositoryArn } from "../state/repositoryArn";
import { refuseInput } from "./faults";
import { registryOf } from "./repositoryLookup";

const getRegistryScanningConfiguration: Operation<object> = (context, caller) => ({
  registryId: caller.account,
  scanningConfiguration: scanningConfiguration(context, caller),
});

const putRegistryScanningConfiguration: Operation<PutRegistryScanningConfigurationRequest> = (
  context,
  caller,
  input,
) => {
  const scanType = input.scanType ?? "BASIC";
  const rules = input.rules ?? [];
  const configuration: RegistryScanningConfiguration = { scanType, rules };
  refuseInput(scanningFaults(configuration, ""));
  scanningConfigurations.put(context.store, caller, configuration);
  return { registryScanningConfiguration: configuration };
};

const batchGetRepositoryScanningConfiguration: Operation<BatchGetRepositoryScanningConfigurationRequest> = (
  context,
  caller,
  input,
) => {
  const registry = registryOf("private", caller);
  const found: RepositoryScanningConfiguration[] = [];
  const failures: RepositoryScanningConfigurationFailure[] = [];
  for (const repositoryName of input.repositoryNames ?? []) {
    const repository = context.store.repository(registry, repositoryName);
    if (!repository) {
      failures.push({
        repositoryName,
        failureCode: "REPOSITORY_NOT_FOUND",
        failureReason: `The repository with name '${repositoryName}' does not exist in the registry with id '${registry.account}'`,
      });
      continue;
    }
    const { frequency, filters } = scanFrequency(context, repository);
    found.push({
      repositoryArn: repositoryArn(repository),
      repositoryName,
      scanOnPush: repository.scanOnPush,
      scanFrequency: frequency,
      appliedScanFilters: filters,
    });
  }
  return { scanningConfigurations: found, failures };
};

export const scanningConfigurationOperations = {
  GetRegistryScanningConfiguration: getRegistryScanningConfiguration,
  PutRegistryScanningConfiguration: putRegistryScanningConfiguration,
  BatchGetRepositoryScanningConfiguration: batchGetRepositoryScanningConfiguration,
};
