import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LifecyclePolicyDocument, lifecycleSnapshotText } from "../../ecr/lifecyclePolicy";
import { resourceTypes } from "../../policies/resources/resourceTypes";
import { type Props, type StackResource, unknownText } from "./harness";
import { anyCount } from "./lifecycle/lifecycleRules";

/** The input of a rule: one resource, or all resources of a stack for a stack rule. */
export interface RuleInput {
  resources: StackResource[];
  outputs?: Props;
  /** @default only the parameters of all cases of the rule */
  config?: object;
}

export const ruleInput = (...resources: StackResource[]): RuleInput => ({ resources });
export const resource = (type: string, props: Props, more: Partial<StackResource> = {}): StackResource => ({
  type,
  name: "petclinic",
  props,
  ...more,
});

export const account = "123456789012";
export const host = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
export const url = `${host}/petclinic`;
export const digest = `sha256:${"0".repeat(64)}`;
export const keyIn = (region: string) => `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

export const repository = (props: Props = {}) =>
  resource(resourceTypes.repository, { name: "petclinic", repositoryUrl: url, region: "us-east-1", ...props });
export const publicRepository = (props: Props) =>
  resource(resourceTypes.publicRepository, { repositoryName: "petclinic", ...props }, { name: "open" });
export const encrypted = (encryptionType: unknown, kmsKey?: unknown) =>
  ruleInput(repository({ encryptionConfigurations: [{ encryptionType, kmsKey }] }));
export const key = (props: Props) =>
  ruleInput(
    resource(
      resourceTypes.repository,
      { name: "petclinic", encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: unknownText }] },
      { from: { encryptionConfigurations: ["key"] } },
    ),
    resource(resourceTypes.key, props, { name: "key" }),
  );
export const lifecycle = (policy: unknown) =>
  ruleInput(
    resource(resourceTypes.lifecyclePolicy, { repository: "petclinic", ...(policy !== undefined && { policy }) }),
  );
export const images = (type: string, props: Props) => resource(type, props, { name: "app" });
export const pushed = (imageName: unknown) => images(resourceTypes.image, { imageName });
export const built = (props: Props) => ruleInput(images(resourceTypes.builtImage, props));
export const inline = (text: unknown) => built({ dockerfile: { inline: text } });
export const access = (...statements: object[]) =>
  ruleInput(
    resource(resourceTypes.repositoryPolicy, {
      repository: "petclinic",
      policy: { Version: "2012-10-17", Statement: statements },
    }),
  );
export const allow = (AWS: unknown, Action: unknown): object => ({ Effect: "Allow", Principal: { AWS }, Action });
export const role = `arn:aws:iam::${account}:role/ci`;
export const root = `arn:aws:iam::${account}:root`;
/** Without a policy, only the repository's own account has access. */
export const noPolicy = {
  ...ruleInput(resource(resourceTypes.repositoryPolicy, { repository: "petclinic" })),
  passes: true,
};
export const identity = (Action: unknown, Resource: unknown) =>
  ruleInput(
    resource(resourceTypes.rolePolicy, {
      name: "push",
      policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] },
    }),
  );
/** A role that can push, with a principal that may assume it. */
export const trusted = (Principal: unknown) =>
  ruleInput(
    resource(resourceTypes.role, {
      name: "ci",
      managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"],
      ...(Principal !== undefined && {
        assumeRolePolicy: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
        },
      }),
    }),
  );
export const replication = (destination: Props) =>
  ruleInput(
    resource(resourceTypes.replication, {
      replicationConfiguration: { rules: [{ destinations: [destination] }] },
    }),
  );
export const cache = (props: Props) =>
  ruleInput(
    resource(resourceTypes.pullThroughCache, {
      ecrRepositoryPrefix: "cache",
      upstreamRegistryUrl: "quay.io",
      ...props,
    }),
  );
export const cloudControl = (typeName: unknown) =>
  ruleInput(resource("aws:cloudcontrol/resource:Resource", { typeName, desiredState: "{}" }));
export const consumer = (props: Props) => ruleInput(resource(resourceTypes.function, props, { name: "fn" }));
export const costs = (monthly: unknown): RuleInput => ({
  ...ruleInput(repository()),
  outputs: {
    costs: { currency: "USD", monthly, growthPerMonth: 0, repositories: { web: { standardBytes: 1, grows: false } } },
  },
});

export const deployedPolicy = { rules: [anyCount(1, 5)] } as unknown as LifecyclePolicyDocument;
/** The snapshot of a repository with six images, of which the current policy keeps five. */
export function snapshotFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "ecr-rule-cases-")), "snapshot.json");
  process.once("exit", () => fs.rmSync(path.dirname(file), { recursive: true, force: true }));
  const pushedAt = (age: number) => new Date(Date.now() - age * 24 * 60 * 60 * 1000);
  const repositories = [
    {
      name: "petclinic",
      registryId: account,
      region: "us-east-1",
      uri: url,
      document: deployedPolicy,
      images: [0, 1, 2, 3, 4, 5].map((age) => ({
        digest: `sha256:${String(age).repeat(64)}`,
        tags: [`src-${age}`],
        pushedAt: pushedAt(age),
      })),
      deployed: [],
      unknown: [],
    },
  ];
  fs.writeFileSync(file, lifecycleSnapshotText({ version: 1, takenAt: new Date(), repositories }));
  return file;
}
