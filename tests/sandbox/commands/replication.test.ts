import assert from "node:assert/strict";
import { DescribeImagesCommand, ECRClient, PutReplicationConfigurationCommand } from "@aws-sdk/client-ecr";
import { bundle } from "../../cli/bundledCli";
import { testImage } from "../gateway/registryClient";
import { TestAccount } from "./account";

describe("the replication command on the local AWS", function () {
  this.timeout(900_000);
  let account: TestAccount;
  let cli = "";

  before(async () => {
    account = new TestAccount();
    cli = await bundle();
    for (const name of ["team/web", "other"]) await account.createRepository(name);
    await account.push("team/web", "v1", testImage("one"));
    await account.push("team/web", "latest", testImage("one"));
    await account.push("team/web", "v2", testImage("two"));
    await account.push("other", "v1", testImage("three"));
  });
  after(() => account.remove());

  const backfill = (...args: string[]) => account.run("node", cli, "replication", "backfill", ...args);
  const elsewhere = () => new ECRClient({ ...account.clientOptions, region: "eu-west-1" });

  it("rejects a registry without rules, and a region that no rule names", async () => {
    const none = await backfill();
    assert.equal(none.code, 1);
    assert.match(none.stderr, /The registry \d{12} in .* has no rule: add it to the Registry's replication first\./);
    const nowhere = await backfill("--region", "Seoul");
    assert.match(nowhere.stderr, /^--region: found Seoul\. Must be a region's name\./);
    const destinations = [{ region: "eu-west-1", registryId: account.id }];
    const repositoryFilters = [{ filter: "team/", filterType: "PREFIX_MATCH" as const }];
    await new ECRClient(account.clientOptions).send(
      new PutReplicationConfigurationCommand({
        replicationConfiguration: { rules: [{ destinations, repositoryFilters }] },
      }),
    );
    const other = await backfill("--to", "us-east-1");
    assert.equal(other.code, 1);
    assert.match(other.stderr, /has no rule for us-east-1/);
  });

  it("shows what it would copy and the cost, and does nothing without --yes", async () => {
    const { code, stdout, stderr } = await backfill();
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(
        `^eu-west-1 \\(${account.id}\\): 3 copies of 2 images in 1 repository, .* at most: 0\\.00 USD for the transfer, 0\\.00 USD a month`,
      ),
    );
    assert.match(stdout, /Nothing was copied\. Use --yes to copy it\./);
    const command = new DescribeImagesCommand({ repositoryName: "team/web" });
    await assert.rejects(elsewhere().send(command), { name: "RepositoryNotFoundException" });
  });

  it("copies with --yes, and reports progress", async () => {
    const { code, stdout, stderr } = await backfill("--yes", "--to", "eu-west-1");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /eu-west-1: [0-9a-f-]{36} started\. It continues even if this command is stopped\./);
    assert.match(stdout, /eu-west-1: 3 of 3 copied$/m);
    const { imageDetails = [] } = await elsewhere().send(new DescribeImagesCommand({ repositoryName: "team/web" }));
    assert.deepEqual(imageDetails.flatMap(({ imageTags = [] }) => imageTags).sort(), ["latest", "v1", "v2"]);
  });
});
