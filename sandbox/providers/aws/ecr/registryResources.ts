import {
  DeleteRegistryPolicyCommand,
  DeregisterPullTimeUpdateExclusionCommand,
  DescribeRegistryCommand,
  GetAccountSettingCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  ListPullTimeUpdateExclusionsCommand,
  PutAccountSettingCommand,
  PutRegistryPolicyCommand,
  PutRegistryScanningConfigurationCommand,
  PutReplicationConfigurationCommand,
  RegisterPullTimeUpdateExclusionCommand,
  type RegistryScanningRule,
  type ReplicationConfiguration,
  type ReplicationRule,
  type ScanType,
} from "@aws-sdk/client-ecr";
import { isMap, type PropertyMap } from "../../../../provider/protocol/values";
import { deleteUnlessGone, listAll, step } from "../operations";
import { policyResource } from "../policyResource";
import { type AwsResource, asMaps, type Scope } from "../resource";
import { send } from "../send";
import { ecr } from "./ecrClient";
import {
  accountSettingSchema,
  pullTimeUpdateExclusionSchema,
  registryPolicySchema,
  registryScanningConfigurationSchema,
  replicationConfigurationSchema,
} from "./registrySchemas";

/** The ID of a resource that exists once per registry is the registry's: the account ID. */
export const ecrRegistryPolicy = policyResource({
  type: "aws:ecr/registryPolicy:RegistryPolicy",
  schema: registryPolicySchema,
  title: "ECR Registry Policy",
  gone: ["RegistryPolicyNotFoundException"],
  putting: () => "creating ECR Registry Policy",

  async put(_id, policyText, scope) {
    const { registryId } = await send(ecr(scope), new PutRegistryPolicyCommand({ policyText }));
    return registryId ?? "";
  },

  async get(_id, scope) {
    const { policyText, registryId } = await send(ecr(scope), new GetRegistryPolicyCommand({}));
    return { document: policyText, state: { registryId: registryId ?? "" } };
  },

  remove: (_id, _outputs, scope) => send(ecr(scope), new DeleteRegistryPolicyCommand({})),
});

async function putScanning(inputs: PropertyMap, scope: Scope): Promise<string> {
  await step("creating ECR Registry Scanning Configuration", () =>
    send(
      ecr(scope),
      new PutRegistryScanningConfigurationCommand({
        scanType: inputs["scanType"] as ScanType,
        rules: asMaps(inputs["rules"]) as unknown as RegistryScanningRule[],
      }),
    ),
  );
  return registryIdOf(scope);
}

export const ecrRegistryScanningConfiguration: AwsResource = {
  type: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
  schema: registryScanningConfigurationSchema,
  deleteBeforeReplace: true,
  create: putScanning,

  /** A registry always has one: deleting it resets it to BASIC without rules. */
  async read(id, _known, scope) {
    return step(`reading ECR Registry Scanning Configuration (${id})`, async () => {
      const output = await send(ecr(scope), new GetRegistryScanningConfigurationCommand({}));
      return {
        registryId: output.registryId ?? "",
        scanType: output.scanningConfiguration?.scanType ?? "",
        rules: (output.scanningConfiguration?.rules ?? []).map((rule) => ({
          scanFrequency: rule.scanFrequency ?? "",
          repositoryFilters: filterState(rule.repositoryFilters),
        })),
      };
    });
  },

  async update(_id, _olds, news, _changed, scope) {
    await putScanning(news, scope);
  },

  async delete(id, _outputs, scope) {
    await step(`deleting ECR Registry Scanning Configuration (${id})`, () =>
      send(ecr(scope), new PutRegistryScanningConfigurationCommand({ scanType: "BASIC", rules: [] })),
    );
  },
};

async function putReplication(inputs: PropertyMap, scope: Scope): Promise<string> {
  const configuration = inputs["replicationConfiguration"];
  const rules = isMap(configuration) ? asMaps(configuration["rules"]) : [];
  await step("creating ECR Replication Configuration", () =>
    send(
      ecr(scope),
      new PutReplicationConfigurationCommand({
        replicationConfiguration: { rules: rules.map(replicationRule) } as ReplicationConfiguration,
      }),
    ),
  );
  return registryIdOf(scope);
}

/** The service does not accept an empty list of filters. */
function replicationRule(rule: PropertyMap): ReplicationRule {
  const { repositoryFilters, ...rest } = rule;
  const filters = asMaps(repositoryFilters);
  return { ...rest, ...(filters.length > 0 && { repositoryFilters: filters }) } as unknown as ReplicationRule;
}

export const ecrReplicationConfiguration: AwsResource = {
  type: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
  schema: replicationConfigurationSchema,
  deleteBeforeReplace: true,
  create: putReplication,

  /** A registry always has one: deleting it removes the rules. */
  async read(id, _known, scope) {
    return step(`reading ECR Replication Configuration (${id})`, async () => {
      const output = await send(ecr(scope), new DescribeRegistryCommand({}));
      return {
        registryId: output.registryId ?? "",
        replicationConfiguration: {
          rules: (output.replicationConfiguration?.rules ?? []).map((rule) => ({
            destinations: (rule.destinations ?? []).map((destination) => ({
              region: destination.region ?? "",
              registryId: destination.registryId ?? "",
            })),
            repositoryFilters: filterState(rule.repositoryFilters),
          })),
        },
      };
    });
  },

  async update(_id, _olds, news, _changed, scope) {
    await putReplication(news, scope);
  },

  async delete(id, _outputs, scope) {
    await step(`deleting ECR Replication Configuration (${id})`, () =>
      send(ecr(scope), new PutReplicationConfigurationCommand({ replicationConfiguration: { rules: [] } })),
    );
  },
};

async function putSetting(inputs: PropertyMap, scope: Scope, what: string): Promise<string> {
  const name = String(inputs["name"]);
  await step(`${what} ECR Account Setting (${name})`, () =>
    send(ecr(scope), new PutAccountSettingCommand({ name, value: String(inputs["value"]) })),
  );
  return name;
}

export const ecrAccountSetting: AwsResource = {
  type: "aws:ecr/accountSetting:AccountSetting",
  schema: accountSettingSchema,
  create: (inputs, scope) => putSetting(inputs, scope, "creating"),

  async read(id, _known, scope) {
    return step(`reading ECR Account Setting (${id})`, async () => {
      const { name, value } = await send(ecr(scope), new GetAccountSettingCommand({ name: id }));
      return { name: name ?? id, value: value ?? "" };
    });
  },

  async update(_id, _olds, news, _changed, scope) {
    await putSetting(news, scope, "updating");
  },

  /** The released provider only drops the setting from the state; the account keeps it. */
  async delete() {},
};

export const ecrPullTimeUpdateExclusion: AwsResource = {
  type: "aws:ecr/pullTimeUpdateExclusion:PullTimeUpdateExclusion",
  schema: pullTimeUpdateExclusionSchema,

  async create(inputs, scope) {
    const principalArn = String(inputs["principalArn"]);
    await step(`creating ECR Pull Time Update Exclusion (${principalArn})`, () =>
      send(ecr(scope), new RegisterPullTimeUpdateExclusionCommand({ principalArn })),
    );
    return principalArn;
  },

  async read(id, _known, scope) {
    return step(`reading ECR Pull Time Update Exclusion (${id})`, async () => {
      const exclusions = await listAll(
        (nextToken) => send(ecr(scope), new ListPullTimeUpdateExclusionsCommand({ nextToken })),
        (page) => page.pullTimeUpdateExclusions,
      );
      return exclusions.includes(id) ? { principalArn: id } : undefined;
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ECR Pull Time Update Exclusion (${id})`, ["ExclusionNotFoundException"], () =>
      send(ecr(scope), new DeregisterPullTimeUpdateExclusionCommand({ principalArn: id })),
    );
  },
};

/** The registry ID (account) from the service: no input names it. */
async function registryIdOf(scope: Scope): Promise<string> {
  return (await send(ecr(scope), new DescribeRegistryCommand({}))).registryId ?? "";
}

function filterState(
  filters: readonly { filter?: string | undefined; filterType?: string | undefined }[] | undefined,
): PropertyMap[] {
  return (filters ?? []).map(({ filter, filterType }) => ({ filter: filter ?? "", filterType: filterType ?? "" }));
}
