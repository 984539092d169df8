import assert from "node:assert/strict";
import { removalText, removedBlocks, terraformRemoval } from "../../cli/adopt/terraformRemoval";
import { isManaged, readTerraformState } from "../../cli/adopt/terraformState";

const region = "eu-west-1";

describe("adopt: Terraform state", () => {
  const state = {
    version: 4,
    resources: [
      { mode: "managed", type: "aws_ecr_repository", name: "this", instances: [{ attributes: { name: "team/app" } }] },
      {
        module: 'module.shop["eu"]',
        mode: "managed",
        type: "aws_ecr_lifecycle_policy",
        name: "this",
        instances: [{ index_key: "a", attributes: { repository: "team/app" } }],
      },
      {
        mode: "managed",
        type: "aws_ecrpublic_repository",
        name: "p",
        instances: [{ attributes: { repository_name: "tools" } }],
      },
      { mode: "data", type: "aws_ecr_repository", name: "other", instances: [{ attributes: { name: "other" } }] },
      { mode: "managed", type: "aws_s3_bucket", name: "b", instances: [{ attributes: { name: "b" } }] },
    ],
  };

  const read = (resources: object[]) =>
    readTerraformState(JSON.stringify({ version: 4, resources }), "terraform.tfstate");
  const resource = (type: string, attributes: object, more: object = {}, key?: string | number) => ({
    ...{ mode: "managed", type, name: "this", ...more },
    instances: [{ ...(key !== undefined && { index_key: key }), attributes }],
  });

  const managed = (
    terraform: ReturnType<typeof readTerraformState>,
    kind: "private" | "public" | "policy",
    name: string,
    where?: string,
    account = "123456789012",
  ) => isManaged(terraform, { kind, name, account, ...(where !== undefined && { region: where }) });

  it("is not matched to another account's resource of the same name", () => {
    const arn = `arn:aws:ecr:${region}:210987654321:repository/app`;
    const terraform = read([
      resource("aws_ecr_repository", { name: "app", arn }),
      resource("aws_ecr_lifecycle_policy", { repository: "app", registry_id: "210987654321" }),
      resource("aws_ecr_registry_policy", { registry_id: "210987654321", policy: "{}" }),
    ]);
    assert.equal(managed(terraform, "private", "app", region), false);
    assert.equal(managed(terraform, "policy", "", region), false);
    assert.equal(managed(terraform, "private", "app", region, "210987654321"), true);
    const { resources, left } = terraformRemoval(terraform, [
      { kind: "private", name: "app", region, account: "123456789012" },
      { kind: "policy", name: "", region, account: "123456789012" },
    ]);
    assert.deepEqual(resources, []);
    assert.deepEqual(left, [`private/app (${region})`, "policy"]);
  });

  it("takes a missing region from other resources of the same provider (older AWS providers do not record it)", () => {
    const of = (alias: string) => ({ provider: `provider["registry.terraform.io/hashicorp/aws"].${alias}` });
    const queue = (where: string, more: object) =>
      resource("aws_sqs_queue", { arn: `arn:aws:sqs:${where}:123456789012:q` }, more);
    const policies = [
      resource("aws_ecr_registry_policy", { policy: "{}" }, { ...of("one"), name: "one" }),
      resource("aws_ecr_registry_policy", { policy: "{}" }, { ...of("two"), name: "two" }),
    ];
    const terraform = read([queue("us-east-1", of("one")), queue("us-west-2", of("two")), ...policies]);
    assert.deepEqual(
      [region, "us-east-1", "us-west-2"].map((where) => managed(terraform, "policy", "", where)),
      [false, true, true],
    );
    const adopted = [{ kind: "policy" as const, name: "", region: "us-east-1" }];
    assert.deepEqual(terraformRemoval(terraform, adopted).resources, ["aws_ecr_registry_policy.one"]);
    const unknown = read([queue("us-east-1", of("one")), queue("us-west-2", of("one")), ...policies]);
    assert.equal(managed(unknown, "policy", "", region), true, "a provider of several regions");
  });

  it("ignores deposed instances, which Terraform is about to destroy", () => {
    const { instances, ...repository } = resource("aws_ecr_repository", { name: "new" }, {}, "a");
    const deposed = { index_key: "a", deposed: "ab12cd34", attributes: { name: "old" } };
    const terraform = read([{ ...repository, instances: [...instances, deposed] }]);
    assert.deepEqual([managed(terraform, "private", "new"), managed(terraform, "private", "old")], [true, false]);
    const { resources, left } = terraformRemoval(terraform, [{ kind: "private", name: "new" }]);
    assert.deepEqual([resources, left], [["aws_ecr_repository.this"], []]);
  });

  it("yields the repositories it manages, to be removed with their policies without being destroyed", () => {
    const terraform = readTerraformState(JSON.stringify(state), "terraform.tfstate");
    assert.deepEqual(
      [managed(terraform, "private", "team/app", region), managed(terraform, "public", "tools")],
      [true, true],
    );
    assert.deepEqual(
      [managed(terraform, "private", "other", region), managed(terraform, "public", "team/app")],
      [false, false],
      "data sources, and another kind",
    );
    const { resources, left } = terraformRemoval(terraform, [
      { kind: "private", name: "team/app", region },
      { kind: "public", name: "tools" },
    ]);
    assert.deepEqual(left, []);
    assert.deepEqual(resources, [
      "aws_ecr_repository.this",
      "module.shop.aws_ecr_lifecycle_policy.this",
      "aws_ecrpublic_repository.p",
    ]);
    assert.equal(
      removedBlocks(resources.slice(1, 2)),
      "removed {\n  from = module.shop.aws_ecr_lifecycle_policy.this\n\n  lifecycle {\n    destroy = false\n  }\n}",
    );
  });

  it("keeps what was not adopted: registry settings and other repositories", () => {
    const terraform = read([
      resource("aws_ecr_repository", { name: "app", arn: `arn:aws:ecr:${region}:123456789012:repository/app` }),
      resource("aws_ecr_repository", { name: "far", region: "us-east-1" }, { name: "far" }),
      resource("aws_ecr_repository_policy", { repository: "far" }, { name: "far" }),
      resource("aws_ecrpublic_repository", { repository_name: "app" }, { name: "public" }),
      resource("aws_ecr_registry_policy", { policy: "{}" }),
      resource("aws_ecr_pull_through_cache_rule", { ecr_repository_prefix: "app" }),
    ]);
    assert.equal(managed(terraform, "private", "far", region), false, "one of this name in another region");
    const text = removalText(terraformRemoval(terraform, [{ kind: "private", name: "app", region }]));
    assert.deepEqual(text.match(/from = .*/g), ["from = aws_ecr_repository.this"]);
    assert.match(
      text,
      /^In Terraform's state, but not adopted .*:\n- private\/far \(us-east-1\)\n- public\/app\n- policy\n- pullThroughCache\/app\n\n/,
    );
  });

  it("gives up single instances where a resource is only partly adopted, whatever their keys", () => {
    const at = (module: string, name: string, key?: string | number) =>
      resource("aws_ecr_repository", { name, region }, { module }, key);
    const keyed = (name: string, key: string) => `module.${name}[${JSON.stringify(key)}]`;
    const adopted = ["a", "b", "c", "n"].map((name) => ({ kind: "private" as const, name, region }));
    const { resources, instances } = terraformRemoval(
      read([
        at(keyed("whole", 'x]["y.z'), "a"),
        at(keyed("whole", "other"), "b", 0),
        at(`module.top[0].${keyed("part", "it's")}`, "c", "k.1"),
        at(`module.top[1].${keyed("part", "it's")}`, "stays"),
        { ...at("module.none", "none"), instances: [] },
        { ...at("module.null", "none"), instances: [null, { attributes: null }] },
        at("module.count", "n", 3),
      ]),
      adopted,
    );
    assert.deepEqual(resources, ["module.whole.aws_ecr_repository.this", "module.count.aws_ecr_repository.this"]);
    assert.deepEqual(instances, ['module.top[0].module.part["it\'s"].aws_ecr_repository.this["k.1"]']);
    const text = removalText({ resources: [], instances, left: [] });
    assert.match(
      text,
      /\nterraform state rm 'module\.top\[0\]\.module\.part\["it'\\''s"\]\.aws_ecr_repository\.this\["k\.1"\]'$/,
    );
    assert.equal(removalText(terraformRemoval([], adopted)), "", "without Terraform there is nothing to say");
  });

  it("is rejected when it is not a version 4 state", () => {
    assert.throws(() => readTerraformState("{", "x"), /^Error: x: is not JSON: .*terraform state pull/);
    for (const text of ["[]", "null", '{"version":3,"resources":[]}', '{"version":4}']) {
      assert.throws(() => readTerraformState(text, "x"), /^Error: x: is not a Terraform state of version 4/);
    }
  });
});
