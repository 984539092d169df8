import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  ECRClient,
  PutAccountSettingCommand,
  PutLifecyclePolicyCommand,
  UpdateImageStorageClassCommand,
} from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand, ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import type { CostReport } from "../../../cli/cost/costReport";
import { prices } from "../../../ecr/costs/prices";
import { lifecyclePolicyFromRules, lifecyclePolicyText, lifecyclePresets } from "../../../ecr/lifecyclePolicy";
import { bundle } from "../../cli/bundledCli";
import { digestOf, type TestImage, testImage } from "../gateway/registryClient";
import { TestAccount } from "./account";

/** An image with this content that shares another image's layer. */
function onLayerOf(other: TestImage, content: string): TestImage {
  const own = testImage(content);
  const manifest = own.manifest
    .replace(digestOf(own.layer), digestOf(other.layer))
    .replace(`"size":${own.layer.length}}]`, `"size":${other.layer.length}}]`);
  return { ...own, layer: other.layer, manifest, digest: digestOf(manifest) };
}

const bytes = (image: TestImage) => image.config.length + image.manifest.length;

describe("the cost command on the local AWS", function () {
  this.timeout(900_000);
  let account: TestAccount;
  let cli = "";
  const base = { ...testImage("base"), layer: Buffer.alloc(100_000, "base") };
  const first = onLayerOf(base, "first");
  const second = onLayerOf(base, "second");
  const third = onLayerOf(base, "third, of the other repository");
  const archived = testImage("archived");

  before(async () => {
    account = new TestAccount();
    cli = await bundle();
    const ecr = new ECRClient(account.clientOptions);
    for (const name of ["team/web", "team/api"]) await account.createRepository(name);
    await account.push("team/web", "src-1", first);
    await account.push("team/web", "src-2", second);
    await account.push("team/web", "src-0", archived);
    await account.push("team/api", "src-1", third);
    await ecr.send(
      new UpdateImageStorageClassCommand({
        repositoryName: "team/web",
        imageId: { imageDigest: archived.digest },
        targetStorageClass: "ARCHIVE",
      }),
    );
    await ecr.send(
      new PutLifecyclePolicyCommand({
        repositoryName: "team/web",
        lifecyclePolicyText: lifecyclePolicyText(lifecyclePolicyFromRules(lifecyclePresets.service.rules)),
      }),
    );
    await new ECRPUBLICClient({ ...account.clientOptions, region: "us-east-1" }).send(
      new CreateRepositoryCommand({ repositoryName: "open/web" }),
    );
    const arn = (name: string) => `arn:aws:ecr:${account.region}:${account.id}:repository/${name}`;
    await account.createStack("prod", {
      privateRepositories: {
        web: { arn: arn("team/web"), name: "team/web" },
        api: { arn: arn("team/api"), name: "team/api" },
      },
      publicRepositories: { web: { arn: `arn:aws:ecr-public::${account.id}:repository/open/web` } },
    });
    configure({ monthlyBudget: 100, pushes: { web: [{ tags: ["src-1"], perDay: 10, megabytes: 1024 ** 3 / 1e6 }] } });
  });
  after(() => account.remove());

  /** Writes the settings to the stack's config file, as a user would. */
  function configure(settings: object): void {
    const file = path.join(account.directory, "Pulumi.prod.yaml");
    const kept = (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "")
      .split("\n")
      .filter((line) => /^encryption/.test(line));
    const config = `config:\n  ecr:costs: ${JSON.stringify(settings)}`;
    fs.writeFileSync(file, `${[...kept, config].join("\n")}\n`);
  }

  const cost = (...args: string[]) => account.run(process.execPath, cli, "cost", "--stack", "prod", ...args);

  async function report(...args: string[]): Promise<CostReport> {
    const { stdout, stderr } = await cost("--json", ...args);
    // Slow steps print their progress there.
    assert.equal(stderr.replace(/^… .*\n/gm, ""), "");
    return JSON.parse(stdout) as CostReport;
  }

  it("counts each layer once per repository, and once per registry with blob mounting", async () => {
    const { now, steadyState, budget } = await report();
    const standard = first.layer.length + bytes(first) + bytes(second);
    const archive = archived.layer.length + archived.config.length;
    const other = third.layer.length + bytes(third);
    assert.deepEqual(
      now.measured.repositories.map((each) => [each.name, each.images, each.standard, each.archive]),
      [
        ["team/api", 1, other, 0],
        ["team/web", 3, standard, archive],
      ],
    );
    assert.deepEqual(now.measured.total, { standard: standard + other, archive });
    assert.deepEqual(now.measured.publicRepositories, [{ name: "open/web", images: 0, bytes: 0 }]);
    assert.match(now.measured.unknown.join("\n"), /team\/web: 1 images counted by the size that ECR reports/);
    assert.equal(now.monthly.privateStorage, ((standard + other) / prices.bytesPerGb) * 0.1);
    // The policy keeps 50 images of a GB each.
    assert.equal(Math.round(steadyState.monthly.total * 1000), 5000);
    assert.equal(steadyState.repositories["web"]?.[0]?.rule, 2);
    assert.deepEqual(budget, { monthly: 100, exceededBy: 0 });

    await new ECRClient(account.clientOptions).send(
      new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }),
    );
    const shared = (await report()).now.measured;
    assert.deepEqual(shared.blobMounting, [account.region]);
    assert.deepEqual(shared.total, { standard: standard + bytes(third), archive });
    assert.deepEqual(
      shared.repositories.map((each) => each.standard),
      [other, standard],
    );
  });

  it("exits with 2 over budget at the user's own prices, and prints a table", async () => {
    const file = path.join(account.directory, "prices.json");
    fs.writeFileSync(file, JSON.stringify({ ...prices, currency: "EUR", storagePerGb: 3 }));
    const { code, stdout } = await cost("--prices", "prices.json");
    assert.equal(code, 2);
    assert.match(stdout, /^team\/web +/m);
    assert.match(stdout, /^BUDGET: 100\.00 EUR a month, exceeded by 50\.00 EUR$/m);
  });

  it("names invalid settings and prices, and exits with 1", async () => {
    fs.writeFileSync(path.join(account.directory, "bad.json"), '{"budget":1}');
    fs.writeFileSync(path.join(account.directory, "unknown.json"), '{"pushes":{"shop":[{"perDay":1,"megabytes":1}]}}');
    const cases = [
      [["--settings", "bad.json"], /bad\.json\.budget/],
      [
        ["--settings", "unknown.json"],
        /pushes: found shop\. Must be private repositories of the stack\. Allowed: team\/api, team\/web/,
      ],
      [["--prices", "bad.json"], /bad\.json\.storagePerGb/],
      [["--prices", "Pulumi.yaml"], /Pulumi\.yaml is not JSON/],
    ] as const;
    const results = await Promise.all(cases.map(([args]) => cost(...args)));
    cases.forEach(([args, message], index) => {
      assert.match(results[index]?.stderr ?? "", message);
      assert.equal(results[index]?.code, 1, args.join(" "));
    });
  });
});
