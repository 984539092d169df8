import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ECRClient, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import { lifecyclePolicyFromRules, lifecyclePolicyText } from "../../../ecr/lifecyclePolicy";
import { bundle } from "../../cli/bundledCli";
import { testImage } from "../gateway/registryClient";
import { TestAccount } from "./account";

describe("the report command on the local AWS", function () {
  this.timeout(900_000);
  let account: TestAccount;
  let cli = "";
  const older = testImage("report: older");
  const newer = testImage("report: newer");

  before(async () => {
    account = new TestAccount();
    cli = await bundle();
    await account.createRepository("team/web");
    await account.push("team/web", "src-1", older);
    await account.push("team/web", "src-2", newer);
    await new ECRClient(account.clientOptions).send(
      new PutLifecyclePolicyCommand({
        repositoryName: "team/web",
        lifecyclePolicyText: lifecyclePolicyText(
          lifecyclePolicyFromRules([{ images: { tagPrefixes: ["src-"] }, keepNewest: 1 }]),
        ),
      }),
    );
    const arn = `arn:aws:ecr:${account.region}:${account.id}:repository/team/web`;
    await account.createStack("prod", {
      privateRepositories: { web: { arn, name: "team/web" } },
      images: { web: { digest: older.digest } },
    });
    const file = path.join(account.directory, "Pulumi.prod.yaml");
    const settings = { pushes: { web: [{ tags: ["src-1"], perDay: 1, megabytes: 1024 ** 3 / 1e6 }] } };
    fs.appendFileSync(file, `config:\n  ecr:costs: ${JSON.stringify(settings)}\n`);
  });
  after(() => account.remove());

  it("shows a stack's repositories, images, policies, deployments and costs", async () => {
    const args = ["report", "--stack", "prod", "--out", "page.html"];
    const { code, stdout, stderr } = await account.run(process.execPath, cli, ...args);
    assert.deepEqual([code, stdout, stderr.replace(/^… .*\n/gm, "")], [0, "page.html: 1 repository, 2 images\n", ""]);
    const page = fs.readFileSync(path.join(account.directory, "page.html"), "utf8");
    const row = (tag: string) =>
      new RegExp(
        `<tr role="row"><th scope="row" role="rowheader" class="text"><span class="tag">${tag}</span>.*?</tr>`,
      ).exec(page)?.[0] ?? "";
    assert.match(row("src-1"), /run by stack prod, output images\.web\.digest/);
    assert.match(row("src-1"), /deleted today.*rule 1: beyond the newest/);
    assert.match(row("src-1"), new RegExp(older.digest));
    assert.match(row("src-2"), /stays.*rule 1: among the newest/);
    assert.match(
      page,
      /<b>Act<\/b> <span><a href="#repository-1">team\/web<\/a>: <code>src-1<\/code> is deleted today/,
    );
    // One image of 1 GB remains.
    assert.match(page, /0\.10 USD a month at steady state/);
    assert.doesNotMatch(page, /by the size that ECR reports/);
  });

  it("names a nonexistent stack, and writes nothing", async () => {
    const args = ["report", "--stack", "none", "--out", "none.html"];
    const { code, stderr } = await account.run(process.execPath, cli, ...args);
    assert.equal(code, 1);
    assert.match(stderr, /none/);
    assert.equal(fs.existsSync(path.join(account.directory, "none.html")), false);
  });
});
