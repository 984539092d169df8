import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { itInFull } from "../tools";
import { TestProject } from "./project";

/** Entries in every section, so that a target leaves something out of each. */
const config = (account: string) => `config:
  aws:region: ap-northeast-2
  ecr:privateRepositories:
    alpha: { encryption: aes256 }
    beta: { createKey: true, access: { pullFrom: ["210987654321"], lambdaPull: ["${account}"] } }
  ecr:publicRepositories:
    gallery: { catalogData: { description: Pet Clinic }, access: { pushFrom: ["210987654321"] } }
  ecr:images:
    shop: { context: shop, repositories: [private/beta, public/gallery] }
  ecr:registries:
    main:
      replicateFrom: ["210987654321"]
      replication: [{ regions: [us-east-1] }]
      scanning: { type: basic, scanOnPush: ["*"] }
      pullThroughCache:
        - { upstream: docker-hub, credential: { username: pets, accessToken: hush } }
        - { upstream: 210987654321.dkr.ecr.us-east-1.amazonaws.com, prefix: golden, createRole: true }
      creationTemplates: [{ prefix: docker-hub, appliedFor: [PULL_THROUGH_CACHE], resourceTags: { team: a } }]
  ecr:pushRoles:
    release: { repositories: [private/beta], github: [{ repository: octo/pets, branches: [main] }], createProvider: true }
  ecr:registryEvents:
    team: { deletions: true }
encryptionsalt: v1:pRrwDjXXFF8=:v1:ATRef9uKCI3b+Ax5:YiWI7cwf16j6pB0/N6dy6MoR5u4ktA==
`;

type Sections = Record<string, Record<string, unknown>>;

describe("an update of one repository of a new stack (--target)", function () {
  this.timeout(900_000);
  let project: TestProject;
  const sections = async () =>
    JSON.parse(await project.must("pulumi", "stack", "output", "--json", "--stack", "local"));
  const keys = (outputs: Sections) =>
    Object.fromEntries(
      ["privateRepositories", "publicRepositories", "images", "pushRoles", "registryEvents"].map((name) => [
        name,
        Object.keys(outputs[name] ?? {}).sort(),
      ]),
    );

  before(async () => {
    project = new TestProject();
    project.write("Pulumi.local.yaml", config(project.account));
    fs.mkdirSync(path.join(project.directory, "shop"));
    project.write("shop/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    await project.init();
  });
  after(() => project?.remove());

  it("creates only that repository, without a message about what it left out", async () => {
    const { output } = await project.mustPulumi("up", "--yes", "--skip-preview", "--target", "**::alpha");
    assert.doesNotMatch(output, /error|warning|unknown/i);
    assert.match(output, /4 created/, "stack, component, repository and lifecycle policy");
    const outputs = (await sections()) as Sections;
    assert.deepEqual(keys(outputs), {
      privateRepositories: ["alpha"],
      publicRepositories: [],
      images: [],
      pushRoles: [],
      registryEvents: [],
    });
    assert.match(JSON.stringify(outputs["privateRepositories"]?.["alpha"]), /docker push .*\/alpha:latest/);
  });

  itInFull("is completed by a full update, after which a target keeps all outputs", async () => {
    await project.up();
    const all = {
      privateRepositories: ["alpha", "beta"],
      publicRepositories: ["gallery"],
      images: ["shop"],
      pushRoles: ["release"],
      registryEvents: ["team"],
    };
    const outputs = (await sections()) as Sections;
    assert.deepEqual(keys(outputs), all);
    await project.mustPulumi("up", "--yes", "--skip-preview", "--target", "**::alpha");
    assert.deepEqual(await sections(), outputs);
    const preview = await project.pulumi("preview", "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });
});
