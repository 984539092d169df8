import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { packageVersion } from "../../../sandbox/system/pythonPackage";
import { motoDifferences } from "./moto/motoDifferences";

const read = (file: string) => fs.readFileSync(path.join(projectRoot, file), "utf8");

/** The version of a module in a go.mod. */
function moduleVersion(goMod: string, module: string): string {
  const line = new RegExp(`^(?:require )?\\s*${module.replaceAll(".", "\\.")} (v\\S+)$`, "m");
  return line.exec(read(goMod))?.[1] ?? assert.fail(`${goMod}: ${module}`);
}

describe("clients: the table of docs/conformance.md", () => {
  const document = read("docs/conformance.md");
  const rows = document
    .slice(document.indexOf("\n## Clients"))
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| client "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, client = "", version = "", , test = "", runsIn = ""]) => ({ client, version, test, runsIn }));

  it("has the pinned versions", () => {
    const goTools = "tests/sandbox/goTools/go.mod";
    const own = (name: string) => `tests/sandbox/clients/go/${name}/go.mod`;
    const versions = {
      oras: moduleVersion(goTools, "oras.land/oras"),
      crane: moduleVersion(goTools, "github.com/google/go-containerregistry"),
      regctl: moduleVersion(own("regctl"), "github.com/regclient/regclient"),
      helm: moduleVersion(own("helm"), "helm.sh/helm/v3"),
      cosign: moduleVersion(own("cosign"), "github.com/sigstore/cosign/v3"),
      "AWS CLI, boto3": `awscli ${packageVersion("awscli")}, boto3 ${/^boto3==(\S+) /m.exec(read("sandbox/python/moto.txt"))?.[1]}`,
      "Cloud Custodian": `c7n ${packageVersion("c7n")}`,
      Prowler: `prowler ${packageVersion("prowler")}`,
      Ansible: `ansible ${packageVersion("ansible")}`,
      "moto's tests": `moto ${packageVersion("moto")}`,
      // These are not pinned by the project.
      buildah: "Debian's",
      skopeo: "Debian's",
      docker: "the sandbox's",
    };
    assert.deepEqual(Object.fromEntries(rows.map(({ client, version }) => [client, version])), versions);
  });

  it("names each client's test, and every test in this folder", () => {
    for (const { client, test, runsIn } of rows) {
      const source = read(test);
      assert.equal(runsIn.includes("test:full"), isFull(source, client), `${client}: ${runsIn}`);
    }
    const here = fs
      .readdirSync(__dirname)
      .filter((file) => file.endsWith(".test.ts") && file !== path.basename(__filename));
    const named = rows.map(({ test }) => path.basename(test));
    assert.deepEqual(
      here.filter((file) => !named.includes(file)),
      [],
    );
  });

  it("has the number of moto's differences that motoDifferences.ts lists", () => {
    const count = (right: string) =>
      motoDifferences.filter((each) => each.right === right).flatMap(({ tests }) => tests).length;
    const text = document.replace(/\s+/g, " ");
    const all = motoDifferences.flatMap(({ tests }) => tests).length;
    for (const said of [
      `the other ${all} are listed`,
      `Of the ${all} that differ, the gateway answers as ECR does in ${count("gateway")}.`,
      `In ${count("both")} only wording or an order differs that ECR does not guarantee, in ${count("neither")} ECR's answer is unknown, and in ${count("moto")} moto does`,
    ]) {
      assert.ok(text.includes(said), said);
    }
  });
});

/** Whether a client's part of a test file (or the whole file if it has none) runs only in the full run. */
function isFull(source: string, client: string): boolean {
  const [word = ""] = client.split(/[ ,']/);
  if (new RegExp(`^describe\\("[^"]*${word}`, "m").test(source)) return source.includes("fullTests");
  const from = source.search(new RegExp(`\\n {2}(?:describe|it)\\("[^"]*${word}`, "i"));
  const to = source.slice(from + 1).search(/\n {2}(?:describe|it)\(/);
  return source.slice(Math.max(from, 0), to < 0 ? undefined : from + 1 + to).includes("fullTests");
}
