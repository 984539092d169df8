import assert from "node:assert/strict";
import { describeInFull, fullTests } from "../tools";
import { TestProject } from "./project";
import { imagesIn, pushOneImage, type RepositoryAddress } from "./pushedImages";

const region = "ap-northeast-2";
const elsewhere = "eu-west-1";
const partner = "210987654321";

/**
 * Settings that exist once per registry, a role and a topic with fixed names, and with `fails` a repository whose name
 * is taken: the update fails on it after everything else was replaced.
 */
const settings = (place: string, issuer: string, fails: boolean) => `
import * as aws from "@pulumi/aws";
import { PushRole, Registry, RegistryEvents } from "./components";

const registry = new Registry("shared", {
  region: "${place}",
  replicateFrom: ["${partner}"],
  replication: [{ regions: ["us-west-2"] }],
  scanning: { scanOnPush: ["prod-*"] },
  pullThroughCache: [{ upstream: "ecr-public" }],
  creationTemplates: [{ prefix: "ecr-public", appliedFor: ["PULL_THROUGH_CACHE"] }],
});
const events = new RegistryEvents("events", { region: "${place}", topicName: "images" });
const role = new PushRole("release", {
  repositories: ["arn:aws:ecr:${region}:${partner}:repository/any"],
  gitlab: [{ project: "pets/clinic", branches: ["main"] }],
  roleName: "release",
  createProvider: true,
  issuer: "https://${issuer}",
});
${fails ? 'new aws.ecr.Repository("taken", { name: "taken" }, { dependsOn: [registry, events, role] });' : ""}
`;

/** A repository of each kind with the policies that AWS stores by its name, and one with its own KMS key. */
const program = ({ plain = "", own = "", open = "" }) => `
import { PrivateRepository, PublicRepository } from "./components";

const plain = new PrivateRepository("plain", { encryption: "aes256", access: { pullFrom: ["${partner}"] }, ${plain} });
const own = new PrivateRepository("own", {
  createKey: true, keyDeletionWindowDays: 7, access: { pullFrom: ["${partner}"] }, ${own}
});
const open = new PublicRepository("open", { access: { pushFrom: ["${partner}"] }, ${open} });
export const key = own.key?.keyId;
`;

/**
 * Each change that replaces a repository; the replacement fails because the repository has images. Without TEST_FULL=1
 * only the changes to the repository with its own key run, on behalf of all.
 */
const changes: readonly [what: string, change: Parameters<typeof program>[0], fails: RegExp][] = [
  ["another encryption", { plain: 'encryption: "kms"' }, /RepositoryNotEmptyException/],
  ["another region", { plain: `region: "${elsewhere}"` }, /RepositoryNotEmptyException/],
  ["another name", { plain: 'repositoryName: "other"' }, /RepositoryNotEmptyException/],
  [
    "another region, for a repository with its own key",
    { own: `region: "${elsewhere}"` },
    /RepositoryNotEmptyException/,
  ],
  ["`createKey` removed", { own: "createKey: false, keyDeletionWindowDays: undefined" }, /RepositoryNotEmptyException/],
  ["another name for a public repository", { open: 'repositoryName: "other"' }, /RepositoryNotEmptyException/],
];

const repositories: readonly RepositoryAddress[] = [
  { name: "plain", region },
  { name: "own", region },
  { name: "open", region: undefined },
];

describe("a replacement that fails and is reverted", function () {
  this.timeout(600_000);
  let project: TestProject;
  let key: string;
  let images: string[][];

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program({}));
    await project.up();
    ({ key } = (await project.outputs()) as unknown as { key: string });
    for (const repository of repositories) await pushOneImage(project, repository);
    images = await Promise.all(repositories.map((each) => imagesIn(project, each)));
  });
  after(() => project?.remove());

  for (const [what, change, fails] of fullTests ? changes : changes.filter(([, { own }]) => own)) {
    it(`leaves everything as it was: ${what}`, async () => {
      project.write("index.ts", program(change));
      const failed = await project.pulumi("up", "--yes", "--skip-preview");
      assert.notEqual(failed.code, 0, failed.output);
      assert.match(failed.output, fails);
      project.write("index.ts", program({}));
      await project.up();

      assert.deepEqual(await Promise.all(repositories.map((each) => imagesIn(project, each))), images);
      await mustHavePolicies();
      const { KeyMetadata } = await project.aws<{ KeyMetadata: { KeyState: string } }>(
        ...["kms", "describe-key", "--key-id", key, "--region", region],
      );
      assert.equal(KeyMetadata.KeyState, "Enabled");
      // Nothing is left over elsewhere, and neither the state nor AWS calls for a change.
      await project.mustPulumi("preview", "--expect-no-changes");
      await project.mustPulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
      assert.deepEqual(await namesIn("ecr", elsewhere), []);
      assert.deepEqual(await namesIn("ecr", region), ["own", "plain"]);
      assert.deepEqual(await namesIn("ecr-public", "us-east-1"), ["open"]);
    });
  }

  async function namesIn(service: "ecr" | "ecr-public", place: string): Promise<string[]> {
    const found = await project.aws<{ repositories: { repositoryName: string }[] }>(
      ...[service, "describe-repositories", "--region", place],
    );
    return found.repositories.map(({ repositoryName }) => repositoryName).sort();
  }

  async function mustHavePolicies(): Promise<void> {
    for (const { name, region: place } of repositories) {
      const of = ["--repository-name", name, "--region", place ?? "us-east-1"];
      await project.aws(place ? "ecr" : "ecr-public", "get-repository-policy", ...of);
      if (place) await project.aws("ecr", "get-lifecycle-policy", ...of);
    }
  }
});

describeInFull("registry settings moved to another region and back", function () {
  this.timeout(600_000);
  let project: TestProject;
  const inRegion = <T>(place: string, ...args: string[]) => project.aws<T>(...args, "--region", place);
  before(async () => {
    project = new TestProject();
    await project.init();
    await inRegion(region, "ecr", "create-repository", "--repository-name", "taken");
    project.write("index.ts", settings(region, "gitlab.com", false));
    await project.up();
  });
  after(() => project?.remove());

  it("match the state when the update that moved them failed", async () => {
    const before = await found(region);
    project.write("index.ts", settings(elsewhere, "gitlab.example.com", true));
    const failed = await project.pulumi("up", "--yes", "--skip-preview");
    assert.match(failed.output, /RepositoryAlreadyExistsException/);
    assert.notEqual(failed.code, 0);
    project.write("index.ts", settings(region, "gitlab.com", false));
    await project.up();

    assert.deepEqual(await found(region), before);
    const nothing = await found(elsewhere);
    assert.deepEqual([nothing.policy, nothing.rules, nothing.caches, nothing.templates], [undefined, [], 0, 0]);
    await project.mustPulumi("preview", "--expect-no-changes");
    await project.mustPulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  });

  /** What AWS has in a region, and in IAM. */
  async function found(place: string) {
    const ask = <T>(operation: string) => inRegion<T>(place, "ecr", operation);
    const policy = await ask<{ policyText: string }>("get-registry-policy").catch(() => undefined);
    const registry = await ask<{ replicationConfiguration: { rules: unknown[] } }>("describe-registry");
    const scanning = await ask<{ scanningConfiguration: unknown }>("get-registry-scanning-configuration");
    const caches = await ask<{ pullThroughCacheRules: unknown[] }>("describe-pull-through-cache-rules");
    const templates = await ask<{ repositoryCreationTemplates: unknown[] }>("describe-repository-creation-templates");
    const topics = await inRegion<{ Topics: { TopicArn: string }[] }>(place, "sns", "list-topics");
    const { Rules } = await inRegion<{ Rules: unknown[] }>(place, "events", "list-rules");
    const providers = await project.aws<{ OpenIDConnectProviderList: unknown }>(
      "iam",
      "list-open-id-connect-providers",
    );
    const ofRole = await project.aws<object>("iam", "list-role-policies", "--role-name", "release");
    return {
      policy: policy?.policyText,
      rules: registry.replicationConfiguration.rules,
      scanning: scanning.scanningConfiguration,
      caches: caches.pullThroughCacheRules.length,
      templates: templates.repositoryCreationTemplates.length,
      topics: topics.Topics,
      eventRules: Rules.length,
      providers: providers.OpenIDConnectProviderList,
      ofRole,
    };
  }
});
