import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { ECRClient } from "@aws-sdk/client-ecr";
import { parse } from "yaml";
import { adoptedConfig } from "../../cli/adopt/adoptedConfig";
import type { RegistryAdoption } from "../../cli/adopt/adoptedRegistries";
import { readRegistry } from "../../cli/adopt/readRegistry";
import { adoptedStackFile } from "../../cli/adopt/stackFile";
import { summary } from "../../cli/adopt/summary";
import { removalText, terraformRemoval } from "../../cli/adopt/terraformRemoval";
import { isManaged, readTerraformState } from "../../cli/adopt/terraformState";
import { account, of, other, policy, region, role } from "./adoptedRegistry";

describe("adopt: registry settings in the file and the summary", () => {
  const found = of({
    policy: JSON.stringify(policy()),
    scanning: undefined,
    cacheRules: [{ ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" }],
    signing: [{ signingProfileArn: "p" }],
  });
  const config = { ...adoptedConfig({ private: [], public: [] }, region, () => false), ...found };

  it("are written with the account quoted, and read back the same by Pulumi", () => {
    const text = adoptedStackFile(config, { region, account });
    assert.match(text, /^ {6}import: "012345678901"$/m);
    const { config: values } = parse(text, { version: "1.1" }) as { config: Record<string, unknown> };
    assert.deepEqual(values["ecr:registries"], found.registries);
  });

  it("are summarized, including what stays outside the stack", () => {
    const lines = summary(config).split("\n");
    assert.ok(
      lines.includes("Found settings of the registry in eu-west-1: policy, 1 pullThroughCache, accountSettings."),
    );
    assert.deepEqual(lines.slice(lines.indexOf("Left as it is in AWS, outside of the stack:")), [
      "Left as it is in AWS, outside of the stack:",
      "- registry/eu-west-1: signing: 1 rule, which the AWS provider has no resource for.",
    ]);
  });
});

describe("adopt: registry settings that Terraform manages", () => {
  const resource = (type: string, attributes: object) => ({
    ...{ mode: "managed", type, name: "this", instances: [{ attributes }] },
  });
  const terraform = readTerraformState(
    JSON.stringify({
      version: 4,
      resources: [
        resource("aws_ecr_registry_policy", { id: account, region }),
        resource("aws_ecr_registry_scanning_configuration", { id: account }),
        resource("aws_ecr_replication_configuration", { id: account, region: "us-east-1" }),
        resource("aws_ecr_pull_through_cache_rule", { ecr_repository_prefix: "quay" }),
        resource("aws_ecr_repository_creation_template", { prefix: "ROOT" }),
        resource("aws_ecr_account_setting", { name: "BLOB_MOUNTING" }),
        resource("aws_ecr_pull_time_update_exclusion", { principal_arn: role }),
      ],
    }),
    "terraform.tfstate",
  );
  const isWanted: RegistryAdoption["isWanted"] = (setting, key, where) =>
    isManaged(terraform, { kind: setting, name: key, region: where });
  const to = { region: "us-east-1", registryId: account };
  const found = of(
    {
      policy: JSON.stringify(policy()),
      replication: [{ destinations: [to] }],
      cacheRules: ["quay", "k8s"].map((each) => ({
        ...{ ecrRepositoryPrefix: each, upstreamRegistryUrl: each === "quay" ? "quay.io" : "registry.k8s.io" },
      })),
      templates: [{ prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"] }],
      exclusions: [role],
    },
    { isWanted },
  );

  it("are the only ones adopted, even those with ECR's initial values", () => {
    assert.deepEqual(found.registries[region], {
      policy: policy(),
      scanning: { scanOnPush: [] },
      pullThroughCache: [{ upstream: "quay" }],
      creationTemplates: [
        {
          prefix: "ROOT",
          appliedFor: ["CREATE_ON_PUSH"],
          encryption: "aes256",
          imageTagMutability: "MUTABLE",
          lifecyclePolicy: false,
        },
      ],
      accountSettings: { blobMounting: false },
      pullTimeExclusions: [role],
      import: account,
    });
    const initial = of({}, { isWanted: (setting) => setting === "accountSettings" });
    assert.deepEqual(initial.registries[region]?.["scanning"], false, "Terraform does not have it");
  });

  it("are removed from Terraform's state once adopted, and the others are listed", () => {
    const adoptable = found.adopted.map(({ setting, key, region: where }) => ({
      kind: setting,
      name: key,
      region: where,
    }));
    const text = removalText(terraformRemoval(terraform, adoptable));
    assert.deepEqual(text.match(/from = .*/g), [
      "from = aws_ecr_registry_policy.this",
      "from = aws_ecr_registry_scanning_configuration.this",
      "from = aws_ecr_pull_through_cache_rule.this",
      "from = aws_ecr_repository_creation_template.this",
      "from = aws_ecr_account_setting.this",
      "from = aws_ecr_pull_time_update_exclusion.this",
    ]);
    assert.match(text, /^In Terraform's state, but not adopted .*:\n- replication \(us-east-1\)\n\n/);
  });
});

describe("adopt: reading a registry", () => {
  const answers: Record<string, [status: number, body: object]> = {
    DescribeRegistry: [
      200,
      {
        replicationConfiguration: {
          rules: [{ destinations: [{ region, registryId: other }], deleteReplication: { enabled: true } }],
        },
      },
    ],
    GetRegistryPolicy: [400, { __type: "RegistryPolicyNotFoundException" }],
    GetRegistryScanningConfiguration: [400, { __type: "AccessDeniedException", message: "not allowed" }],
    GetSigningConfiguration: [400, { __type: "UnknownOperationException" }],
    DescribePullThroughCacheRules: [200, { pullThroughCacheRules: [{ ecrRepositoryPrefix: "quay" }] }],
    ListPullTimeUpdateExclusions: [200, { pullTimeUpdateExclusions: [role] }],
  };
  let server: http.Server;
  let client: ECRClient;

  before(async () => {
    server = http.createServer((request, response) => {
      request.resume();
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      const [status, body] = answers[operation] ?? [200, {}];
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new ECRClient({
      region,
      endpoint,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
    });
  });
  after(() => {
    client.destroy();
    server.close();
  });

  it("keeps fields that the SDK's types omit, and reports what it is not allowed to read", async () => {
    const found = await readRegistry(client, region);
    assert.deepEqual(found.replication, [
      { destinations: [{ region, registryId: other }], deleteReplication: { enabled: true } },
    ]);
    assert.deepEqual([found.policy, found.scanning, found.exclusions], [undefined, undefined, [role]]);
    assert.deepEqual(found.cacheRules, [{ ecrRepositoryPrefix: "quay" }]);
    assert.deepEqual(found.unread.map((each) => each.replace(/:.*/s, "")).sort(), ["scanning", "signing"]);
    assert.match(found.unread.join("\n"), /scanning: AccessDeniedException: not allowed/);
  });

  it("stops when the credentials have expired or the service fails", async () => {
    answers["DescribeRepositoryCreationTemplates"] = [400, { __type: "ExpiredTokenException" }];
    await assert.rejects(readRegistry(client, region), { name: "ExpiredTokenException" });
    answers["DescribeRepositoryCreationTemplates"] = [500, { __type: "ServerException" }];
    await assert.rejects(readRegistry(client, region), { name: "ServerException" });
  });
});
