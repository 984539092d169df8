import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { CreateRepositoryCommand, PutAccountSettingCommand } from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicCommand } from "@aws-sdk/client-ecr-public";
import { type EcrDeviation, ecrDeviations } from "../../../sandbox/gateway/deviations";
import { projectRoot } from "../../../sandbox/paths";
import { run } from "../../../sandbox/system/commands";
import { conformanceSuite, conformanceVersion, fullTests, toolsTimeout } from "../tools";
import { useSandbox } from "./harness";
import { privateToken, publicToken } from "./registryClient";

/** The suite's results: Pass, Skip and so on by the name in its report. */
type Result = Record<string, string>;

describe("gateway: the OCI distribution conformance suite", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  let suite: string;
  let document: string;
  before(async function () {
    this.timeout(toolsTimeout);
    suite = await conformanceSuite();
    document = fs.readFileSync(path.join(projectRoot, "docs", "conformance.md"), "utf8");
    sandbox.settings = { deviationsOff: Object.keys(ecrDeviations) as EcrDeviation[] };
    await sandbox.stopGateway();
    await sandbox.start();
  });

  /** Runs the suite as docs/conformance.md says. */
  async function conformance(host: string, repositories: [string, string], token: string) {
    const [user, password] = Buffer.from(token, "base64").toString().split(":");
    const env = {
      PATH: process.env["PATH"],
      OCI_REGISTRY: host,
      OCI_TLS: "disabled",
      OCI_REPO1: repositories[0],
      OCI_REPO2: repositories[1],
      OCI_USERNAME: user,
      OCI_PASSWORD: password,
      OCI_VERSION: "1.1",
      OCI_API_BLOBS_UPLOAD_CANCEL: "true",
      OCI_API_BLOBS_DIGEST_HEADER: "true",
      OCI_API_MANIFESTS_DIGEST_HEADER: "true",
      OCI_API_BLOBS_DELETE: "false",
      OCI_DATA_SHA512: "false",
      OCI_RESULTS_DIR: path.join(sandbox.home, "results"),
    };
    const { code, stdout, stderr } = await run(suite, [], { env, cwd: sandbox.home, timeoutMs: 60_000 });
    const report = stdout.slice(stdout.indexOf("OCI Conformance Result:"));
    const result: Result = {};
    for (const [, name = "", says = ""] of report.matchAll(
      /^ {2}(\S[^\n]*?)\.{2,}: +(Pass|Skip|Disabled|FAIL|Error)$/gm,
    )) {
      result[name] = says;
    }
    const failures = stdout.split("\n").filter((line) => / (FAIL|Error)$/.test(line));
    return { code, result, failures, output: `${failures.join("\n")}\n${stderr}` };
  }

  /** The table of docs/conformance.md in one column: `private` or `public`. */
  function documented(column: 2 | 3): Result {
    const rows = document.split("\n").filter((line) => /^\| .* \| (Pass|Skip|Disabled)/.test(line));
    const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
    return Object.fromEntries(cells.map((row) => [row[1] ?? "", row[column] ?? ""]));
  }

  it("passes against a private registry with the documented results", async () => {
    const repositories: [string, string] = ["conformance/one", "conformance/two"];
    for (const repositoryName of repositories) {
      await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    }
    await sandbox.ecr().send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }));
    const { token, host } = await privateToken(sandbox);
    const { code, result, failures, output } = await conformance(host, repositories, token);
    assert.deepEqual([code, failures], [0, []], output);
    assert.deepEqual(result, documented(2));
  });

  it("passes against the public registry with the documented results", async function () {
    if (!fullTests) this.skip();
    const repositories: string[] = [];
    for (const repositoryName of ["conformance/one", "conformance/two"]) {
      const { repository } = await sandbox.ecrPublic().send(new CreatePublicCommand({ repositoryName }));
      repositories.push(repository?.repositoryUri?.split("/").slice(1).join("/") ?? "");
    }
    const [one = "", two = ""] = repositories;
    const { code, result, failures, output } = await conformance(
      sandbox.gateway.publicRegistry,
      [one, two],
      await publicToken(sandbox),
    );
    assert.deepEqual([code, failures], [0, []], output);
    assert.deepEqual(result, documented(3));
  });

  it("has the version and switches off the deviations that docs/conformance.md lists", () => {
    assert.ok(document.includes(conformanceVersion));
    for (const [name, text] of Object.entries(ecrDeviations)) {
      assert.ok(document.includes(`\`${name}\``) && document.includes(text), name);
    }
  });
});
