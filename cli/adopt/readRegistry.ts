import { Readable } from "node:stream";
import {
  DescribeRegistryCommand,
  type ECRClient,
  GetAccountSettingCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetSigningConfigurationCommand,
  ListPullTimeUpdateExclusionsCommand,
  type PullThroughCacheRule,
  paginateDescribePullThroughCacheRules,
  paginateDescribeRepositoryCreationTemplates,
  type RegistryScanningConfiguration,
  type RepositoryCreationTemplate,
  type SigningRule,
} from "@aws-sdk/client-ecr";
import { type AccountSettingName, accountSettings } from "../../ecr/registry/accountSettings";
import { isObject } from "../../ecr/values/jsonObjects";
import { errorText, isRefusal } from "../aws/clients";

/** A replication rule as ECR returns it; the SDK's types lack `deleteReplication`. */
export interface DescribedReplicationRule {
  destinations: { region: string; registryId: string }[];
  repositoryFilters?: { filter: string; filterType: string }[];
  deleteReplication?: { enabled?: boolean };
}

/** The settings of an account's private registry in one region, as ECR returns them. */
export interface DescribedRegistry {
  region: string;
  /** JSON string; `undefined` when there is no policy. */
  policy: string | undefined;
  scanning: RegistryScanningConfiguration | undefined;
  replication: DescribedReplicationRule[];
  cacheRules: PullThroughCacheRule[];
  templates: RepositoryCreationTemplate[];
  accountSettings: Partial<Record<AccountSettingName, string>>;
  /** ARNs. */
  exclusions: string[];
  signing: SigningRule[];
  /** What could not be read, with the reason: a missing permission, or an operation that ECR lacks in this region. */
  unread: string[];
}

/** Reads the settings of a region's registry. @throws The service's error, unless it denies a single operation. */
export async function readRegistry(ecr: ECRClient, region: string): Promise<DescribedRegistry> {
  const unread: string[] = [];
  const ask = async <T>(what: string, question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await question();
    } catch (error) {
      if (/^(RegistryPolicy|SigningConfiguration)NotFoundException$/.test((error as Error).name)) return undefined;
      if (!isRefusal(error)) throw error;
      unread.push(`${what}: ${errorText(error)}`);
      return undefined;
    }
  };
  const settings = Object.keys(accountSettings) as AccountSettingName[];
  const [policy, scanning, replication, cacheRules, templates, values, exclusions, signing] = await Promise.all([
    ask("policy", () => ecr.send(new GetRegistryPolicyCommand({}))),
    ask("scanning", () => ecr.send(new GetRegistryScanningConfigurationCommand({}))),
    ask("replication", () => readReplication(ecr)),
    ask("pullThroughCache", () => readCacheRules(ecr)),
    ask("creationTemplates", () => readTemplates(ecr)),
    Promise.all(
      settings.map(async (name) => {
        const setting = await ask(`accountSettings, ${name}`, () => ecr.send(new GetAccountSettingCommand({ name })));
        return [name, setting?.value] as const;
      }),
    ),
    ask("pullTimeExclusions", () => readExclusions(ecr)),
    ask("signing", () => ecr.send(new GetSigningConfigurationCommand({}))),
  ]);
  return {
    region,
    policy: policy?.policyText,
    scanning: scanning?.scanningConfiguration,
    replication: replication ?? [],
    cacheRules: cacheRules ?? [],
    templates: templates ?? [],
    accountSettings: Object.fromEntries(values.filter(([, value]) => value !== undefined)),
    exclusions: exclusions ?? [],
    signing: signing?.signingConfiguration?.rules ?? [],
    unread,
  };
}

async function readCacheRules(client: ECRClient): Promise<PullThroughCacheRule[]> {
  const rules: PullThroughCacheRule[] = [];
  for await (const page of paginateDescribePullThroughCacheRules({ client }, {})) {
    rules.push(...(page.pullThroughCacheRules ?? []));
  }
  return rules;
}

async function readTemplates(client: ECRClient): Promise<RepositoryCreationTemplate[]> {
  const templates: RepositoryCreationTemplate[] = [];
  for await (const page of paginateDescribeRepositoryCreationTemplates({ client }, {})) {
    templates.push(...(page.repositoryCreationTemplates ?? []));
  }
  return templates;
}

async function readExclusions(client: ECRClient): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListPullTimeUpdateExclusionsCommand({ nextToken }));
    arns.push(...(page.pullTimeUpdateExclusions ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** Reads the raw response: the SDK drops members that its types lack, and `deleteReplication` must not get lost. */
async function readReplication(client: ECRClient): Promise<DescribedReplicationRule[]> {
  const command = new DescribeRegistryCommand({});
  let text = "";
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body: AsyncIterable<Uint8Array> };
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      text = bytes.toString("utf8");
      response.body = Readable.from(bytes, { objectMode: false });
      return result;
    },
    { step: "deserialize", priority: "low", name: "keepAnswer" },
  );
  await client.send(command);
  const answer: unknown = JSON.parse(text);
  const configuration = isObject(answer) ? answer["replicationConfiguration"] : undefined;
  const rules = isObject(configuration) ? configuration["rules"] : undefined;
  return Array.isArray(rules) ? (rules as DescribedReplicationRule[]) : [];
}
