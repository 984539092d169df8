import * as assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../docs/markdown";
import { itInFull } from "../tools";
import { TestProject } from "./project";

type Environment = "dev" | "staging" | "prod";

/** The real Pulumi.dev.yaml, Pulumi.staging.yaml and Pulumi.prod.yaml, apart from their account IDs. */
describe("dev, staging and prod, each with its own policies and account", function () {
  this.timeout(900_000);
  let project: TestProject;
  const accounts: Record<Environment, string> = { dev: anAccount(), staging: anAccount(), prod: anAccount() };
  const written: Record<Environment, string> = { dev: "123456789012", staging: "210987654321", prod: "321098765432" };
  const files = Object.keys(accounts).flatMap((each) => [`Pulumi.${each}.yaml`, `policies/config/${each}.json`]);

  /** `npm run preview -- prod`, as in docs/environments.md, with the credentials of that environment's account. */
  const run = (environment: Environment, operation: "preview" | "up", ...flags: string[]) =>
    project.run("npm", ["run", operation, "--", environment, ...flags, "--non-interactive"], {
      AWS_ACCESS_KEY_ID: accounts[environment],
    });
  const mustRun = async (...args: Parameters<typeof run>) => {
    const result = await run(...args);
    assert.equal(result.code, 0, result.output);
    return result.output;
  };

  before(async () => {
    project = new TestProject();
    for (const part of ["cli", "supply"]) {
      fs.cpSync(path.join(root, part), path.join(project.directory, part), { recursive: true });
    }
    for (const file of files) {
      let text = project.read(file);
      for (const each of Object.keys(accounts) as Environment[]) text = text.replaceAll(written[each], accounts[each]);
      project.write(file, text);
    }
    // Public images cannot be pulled on every machine; the sandbox provides this one.
    project.edit(
      "Pulumi.dev.yaml",
      "      context: app\n",
      "      context: app\n      args: { NODE_IMAGE: 'sandbox.local/node:22' }\n",
    );
    project.edit("policies/config/dev.json", '"node:22-slim"', '"sandbox.local/node:22"');
    for (const environment of Object.keys(accounts)) {
      await project.must("pulumi", "stack", "init", environment, "--non-interactive");
    }
  });
  after(() => project?.remove());

  it("prod fails until staging is deployed", async () => {
    const result = await run("prod", "preview");
    assert.notEqual(result.code, 0);
    assert.match(result.output, /the stack organization\/ecr\/staging has no outputs of the ECR program/);
  });

  it("dev builds, staging copies, and prod would copy staging's exact digest", async () => {
    const update = await mustRun("dev", "up", "--yes", "--skip-preview");
    assert.doesNotMatch(update, /warning|Undefined value/, "nothing to wonder about");
    await mustRun("staging", "up", "--yes", "--skip-preview");
    // A registry's address in the sandbox has no account ID, so staging's does not match the one in prod.json.
    const refused = await run("prod", "preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /\[mandatory\].*ecr-image-sources.*is a copy of "127\.0\.0\.1:\d+\/petclinic@sha256/s);
    project.edit("policies/config/prod.json", `${accounts.staging}.dkr.ecr.*.amazonaws.com/*`, "127.0.0.1:*");
    const preview = await mustRun("prod", "preview", "--diff");
    assert.match(preview, /aws:kms\/key:Key: \(create\)/);
    assert.match(preview, /aws:ecr\/replicationConfiguration:ReplicationConfiguration: \(create\)/);
    const [dev, staging] = await Promise.all(
      (["dev", "staging"] as const).map(async (each) => {
        const json = await project.must("pulumi", "stack", "output", "images", "--json", "--stack", each);
        return (JSON.parse(json) as { petclinic: { digest: string; reference: string } }).petclinic;
      }),
    );
    assert.equal(staging?.digest, dev?.digest);
    assert.ok(preview.includes(`${staging?.reference}`), "what prod copies is staging's own copy");
  });

  itInFull("dev reports drift only after a manual change", async () => {
    const look = () => run("dev", "preview", "--refresh", "--expect-no-changes");
    const before = await look();
    assert.equal(before.code, 0, before.output);
    const byHand = ["ecr", "put-image-scanning-configuration", "--repository-name", "petclinic"];
    const changed = await project.run("aws", [...byHand, "--image-scanning-configuration", "scanOnPush=false"], {
      AWS_ACCESS_KEY_ID: accounts.dev,
      AWS_REGION: "ap-northeast-2",
    });
    assert.equal(changed.code, 0, changed.output);
    const after = await look();
    assert.notEqual(after.code, 0);
    assert.match(after.output, /petclinic.*scanOnPush|imageScanningConfiguration/s);
  });

  it("prod rejects another environment's account", async () => {
    const result = await project.run("pulumi", ["preview", "--stack", "prod", "--non-interactive"], {
      AWS_ACCESS_KEY_ID: accounts.dev,
    });
    assert.notEqual(result.code, 0);
    assert.match(result.output, new RegExp(`${accounts.dev}.*${accounts.prod}`, "s"));
  });
});

function anAccount(): string {
  return String(randomInt(100_000_000_000, 999_999_999_999));
}
