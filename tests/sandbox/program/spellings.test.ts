import assert from "node:assert/strict";
import { TestProject } from "./project";

const region = "ap-northeast-2";
const partner = "210987654321";
const other = "333333333333";
const roleOf = (name: string) => `arn:aws:iam::${partner}:role/${name}`;
const root = `arn:aws:iam::${partner}:root`;

/** The spellings of the KMS key that the repositories name. */
interface Keys {
  id: string;
  arn: string;
  aliasArn: string;
}

const rule = (rulePriority: number, selection: object) => ({
  rulePriority,
  selection: { countType: "imageCountMoreThan", countNumber: 5, ...selection },
  action: { type: "expire" },
});
const unsorted = {
  rules: [
    rule(20, { tagStatus: "any" }),
    rule(10, { tagStatus: "tagged", tagPatternList: ["z*", "a*"] }),
    rule(5, { tagStatus: "tagged", tagPrefixList: ["z", "b"] }),
  ],
};
const allow = { Effect: "Allow", Action: "ecr:BatchGetImage" };

/** Each setting of a private repository in every accepted spelling. */
const privateSpellings = (keys: Keys): Record<string, object> => ({
  "key-arn": { kmsKey: keys.arn },
  "key-id": { kmsKey: keys.id },
  "key-alias": { kmsKey: "alias/images" },
  "key-alias-arn": { kmsKey: keys.aliasArn },
  "key-of-aws": { kmsKey: "alias/aws/ecr" },
  "key-twice": { encryption: "kmsDsse", kmsKey: "alias/images" },
  "key-elsewhere": { kmsKey: "alias/images", region: "eu-west-1" },
  "key-none": {},
  aes: { encryption: "aes256" },
  region: { region },
  "filters-one-way": { exclusionFilters: ["v*", "latest"] },
  "filters-other-way": { exclusionFilters: ["latest", "v*"], imageTagMutability: "MUTABLE_WITH_EXCLUSION" },
  "lifecycle-words": {
    lifecyclePolicy: [{ images: { tagPrefixes: ["z", "b"] }, keepNewest: 5 }],
    protectedTags: ["v*", "a*"],
  },
  "lifecycle-document": { lifecyclePolicy: unsorted },
  "lifecycle-text": { lifecyclePolicy: JSON.stringify(unsorted, null, 4) },
  "lifecycle-none": { lifecyclePolicy: false },
  "scan-off": { scanOnPush: false },
  tags: { tags: { Team: "Pets and Owners", empty: "", "with/slash": "a=b" } },
  "access-names": {
    access: {
      pullFrom: [roleOf("z"), other, partner, roleOf("a"), other],
      pushFrom: ["o-a1b2c3d4e5", roleOf("ci-*")],
      lambdaPull: [partner],
    },
  },
  "access-root": { access: { statements: [{ ...allow, Principal: { AWS: root } }] } },
  "access-root-and-number": {
    access: { statements: [{ ...allow, Principal: { AWS: [partner, root, roleOf("a")] } }] },
  },
  "access-twice": { access: { statements: [{ ...allow, Principal: { AWS: [roleOf("a"), roleOf("a"), other] } }] } },
  "access-condition": {
    access: {
      statements: [
        {
          ...allow,
          Sid: "Org",
          Principal: "*",
          Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" }, Bool: { "aws:SecureTransport": true } },
        },
      ],
    },
  },
  "access-no-condition": { access: { statements: [{ ...allow, Principal: { AWS: partner }, Condition: {} }] } },
  "access-case": {
    access: {
      statements: [{ Effect: "Allow", Principal: { AWS: [partner] }, Action: ["ecr:batchgetimage", "ecr:PutImage"] }],
    },
  },
});

const publicSpellings: Record<string, object> = {
  plain: {},
  catalog: {
    catalogData: {
      description: "Vets",
      aboutText: "# Vets\n\nWith an end of line.\n",
      usageText: "  Two\r\nlines  ",
      architectures: ["x86-64", "ARM 64"],
      operatingSystems: ["Windows", "Linux"],
    },
  },
  "catalog-empty": { catalogData: { description: "", architectures: [] } },
  access: { access: { pushFrom: [roleOf("z"), partner, roleOf("a")] } },
  "access-statement": {
    access: {
      statements: [{ Effect: "Allow", Principal: { AWS: [root, partner] }, Action: "ecr-public:putimage" }],
    },
  },
};

const registryPolicy = (account: string, place: string) => ({
  Statement: {
    Sid: "Cache",
    Effect: "Allow",
    Principal: { AWS: [partner, root, other] },
    Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
    Resource: `arn:aws:ecr:${place}:${account}:repository/*`,
  },
});

/** A registry's settings exist once per region, so each spelling has its own region. */
const registrySpellings = (account: string): Record<string, object> => ({
  text: {
    region,
    policy: JSON.stringify(registryPolicy(account, region), null, 2),
    replicateFrom: [other, partner],
    scanning: { scanOnPush: ["z*", "a*"] },
    replication: [
      { regions: ["us-west-2", "eu-west-1"], accounts: [partner, other], repositories: ["z/", "a/"] },
      { regions: ["us-east-1"] },
    ],
    pullThroughCache: [
      { upstream: "quay" },
      { upstream: "public.ecr.aws", prefix: "aws" },
      { upstream: "k8s", prefix: "kube/" },
    ],
    creationTemplates: [
      {
        prefix: "quay",
        appliedFor: ["REPLICATION", "PULL_THROUGH_CACHE"],
        exclusionFilters: ["v*", "latest"],
        lifecyclePolicy: JSON.stringify(unsorted, null, 2),
        repositoryPolicy: JSON.stringify({ Statement: [{ ...allow, Principal: { AWS: [partner, root] } }] }),
        resourceTags: { z: "1", a: "" },
      },
      { prefix: "team/", appliedFor: ["CREATE_ON_PUSH"], encryption: "aes256" },
      { prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"], encryption: "kms" },
    ],
    accountSettings: { blobMounting: true, registryPolicyScope: "V2", basicScanTypeVersion: "AWS_NATIVE" },
    pullTimeExclusions: [`arn:aws:iam::${account}:role/z/scanner`, `arn:aws:iam::${account}:role/a`],
  },
  document: {
    region: "eu-central-1",
    policy: registryPolicy(account, "eu-central-1"),
    scanning: { type: "enhanced", continuous: ["z*", "a*"], scanOnPush: ["*"] },
    replication: [{ regions: [region] }],
    creationTemplates: [
      {
        prefix: "ROOT",
        appliedFor: ["CREATE_ON_PUSH"],
        repositoryPolicy: { Version: "2012-10-17", Statement: [{ ...allow, Principal: { AWS: partner } }] },
      },
    ],
    accountSettings: { blobMounting: false },
  },
  defaults: { region: "us-east-2" },
});

const roleSpellings: Record<string, object> = {
  github: {
    repositories: ["private/tags", "public/plain", "private/aes"],
    github: [{ repository: "octo-org/petclinic", branches: ["main", "a*"], tags: ["v*"] }],
    createProvider: true,
    path: "/ci/",
    tags: { Team: "Pets", empty: "" },
  },
  gitlab: {
    repositories: [
      `arn:aws:ecr:${region}:${partner}:repository/zoo`,
      `arn:aws:ecr:${region}:${partner}:repository/ark`,
    ],
    gitlab: [{ project: "pets/clinic", branches: ["main"] }],
    createProvider: true,
    roleName: "Push.From_GitLab",
    pull: true,
    maxSessionDuration: 7200,
  },
};

const eventSpellings: Record<string, object> = {
  all: {},
  some: {
    repositories: ["team/*", "private/tags", "ark"],
    findingsFrom: "CRITICAL",
    deletions: true,
    topicName: "some-images",
  },
};

describe("every accepted spelling of a setting: no change is planned", function () {
  this.timeout(600_000);
  let project: TestProject;
  let keys: Keys;

  before(async () => {
    project = new TestProject();
    await project.init();
    keys = await createKey(region);
    await createKey("eu-west-1");
    await createRoles("a", "z");
    const salt = project.read("Pulumi.local.yaml").replace(/^[\s\S]*(?=encryptionsalt:)/, "");
    const sections = {
      privateRepositories: privateSpellings(keys),
      publicRepositories: publicSpellings,
      registries: registrySpellings(project.account),
      pushRoles: roleSpellings,
      registryEvents: eventSpellings,
    };
    // JSON is valid YAML.
    const lines = Object.entries(sections).map(([section, entries]) => `  ecr:${section}: ${JSON.stringify(entries)}`);
    project.write("Pulumi.local.yaml", ["config:", `  aws:region: ${region}`, ...lines, salt].join("\n"));
    await project.up();
  });
  after(async () => {
    await project?.pulumi("destroy", "--yes", "--skip-preview");
    project?.remove();
  });

  it("after creation", () => mustChangeNothing());

  it("after a refresh", async () => {
    const { output } = await project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    assert.match(output, /Resources:\n +\d+ unchanged/, output);
    await mustChangeNothing();
  });

  it("when the state has the spelling of the config together with AWS's response to it", async () => {
    const exported = (await project.mustPulumi("stack", "export")).stdout;
    const state = JSON.parse(exported) as { deployment: { resources: { type: string; id: string; inputs: object }[] } };
    let changed = 0;
    for (const resource of state.deployment.resources) {
      if (resource.type !== "aws:ecr/repository:Repository" || !resource.id.startsWith("key-alias")) continue;
      const text = JSON.stringify(resource.inputs);
      resource.inputs = JSON.parse(text.replace(keys.arn, "alias/images")) as object;
      if (JSON.stringify(resource.inputs) !== text) changed++;
    }
    assert.equal(changed, 2);
    project.write("state.json", JSON.stringify(state));
    await project.mustPulumi("stack", "import", "--file", "state.json");
    await mustChangeNothing();
  });

  it("but a KMS key that does not exist fails the preview", async () => {
    project.edit("Pulumi.local.yaml", '"key-none":{}', '"key-none":{},"key-gone":{"kmsKey":"alias/gone"}');
    const refused = await project.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /1 fault\n +- kmsKey: found "alias\/gone"\. The account has no such key in .*\. /);
    assert.doesNotMatch(refused.output, /node_modules/);
  });

  async function mustChangeNothing(): Promise<void> {
    const { output, code } = await project.pulumi("preview", "--diff", "--expect-no-changes");
    assert.equal(code, 0, output);
  }

  /** ECR checks that the roles in a policy exist. Another test may have created some of them already. */
  async function createRoles(...names: string[]): Promise<void> {
    const statement = { Effect: "Allow", Principal: { AWS: partner }, Action: "sts:AssumeRole" };
    const trust = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    for (const name of names) {
      const args = ["iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust];
      await project.run("aws", args, { AWS_ACCESS_KEY_ID: partner });
    }
  }

  async function createKey(place: string): Promise<Keys> {
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { KeyId: string; Arn: string } }>(
      ...["kms", "create-key", "--region", place],
    );
    const { KeyId: id, Arn: arn } = KeyMetadata;
    await project.must(
      "aws",
      "kms",
      "create-alias",
      "--alias-name",
      "alias/images",
      "--target-key-id",
      id,
      "--region",
      place,
    );
    return { id, arn, aliasArn: arn.replace(/:key\/.*$/, ":alias/images") };
  }
});
