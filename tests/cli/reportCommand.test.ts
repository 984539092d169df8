import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { addReportCommand } from "../../cli/report/reportCommand";
import { prices } from "../../ecr/costs/prices";
import { lifecycleSnapshotText } from "../../ecr/lifecyclePolicy";
import { policyResults, reportInputs } from "./reportFixture";

describe("cli: report, command", () => {
  let folder = "";
  const { log } = console;
  let printed: string[] = [];

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-report-"));
    const files = {
      "images.json": lifecycleSnapshotText(reportInputs().snapshot),
      "policies.json": JSON.stringify(policyResults),
      "bad.json": '{"rules":[]}',
      "settings.json": '{"pushes":{"shop/petclinic":[{"tags":["src-1"],"perDay":1,"megabytes":1000}]}}',
      "prices.json": JSON.stringify({ ...prices, currency: "EUR" }),
    };
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  });
  beforeEach(() => {
    printed = [];
    console.log = (text: string) => printed.push(text);
  });
  afterEach(() => {
    console.log = log;
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Runs `report` with these arguments, taking file names as relative to the folder. @returns The page. */
  async function run(...args: string[]): Promise<string> {
    const out = path.join(folder, "page.html");
    fs.rmSync(out, { force: true });
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addReportCommand(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
    const paths = args.map((arg) => (arg.endsWith(".json") ? path.join(folder, arg) : arg));
    await program.parseAsync(["report", "--out", out, ...paths], { from: "user" });
    return fs.readFileSync(out, "utf8");
  }

  it("writes a page from a snapshot without calling AWS", async () => {
    const page = await run("--images", "images.json");
    assert.deepEqual(printed, [`${path.join(folder, "page.html")}: 4 repositories, 68 images`]);
    assert.match(page, /^<!doctype html>\n/);
    assert.match(page, /<h1>Repositories<\/h1>/);
    assert.match(page, /No policy results were given/);
    assert.match(page, /39 images counted by the size that ECR reports/);
    assert.match(page, /Read at <time datetime="2026-06-01T12:00:00\.000Z">/);
  });

  it("prints the page's data as JSON and writes no page", async () => {
    await assert.rejects(
      run("--images", "images.json", "--policy-report", "policies.json", "--json"),
      /ENOENT.*page\.html/,
    );
    assert.equal(printed.length, 1);
    const { takenAt, repositories, cost, policies } = JSON.parse(printed[0] ?? "");
    assert.equal(takenAt, "2026-06-01T12:00:00.000Z");
    assert.deepEqual(
      repositories.map(({ preview, images }: { preview: { name: string }; images: unknown[] }) => [
        preview.name,
        images.length,
      ]),
      [
        ["shop/petclinic", 39],
        ["shop/petclinic-pr", 16],
        ["shop/tools", 2],
        ["shop/visits", 11],
      ],
    );
    assert.ok(cost.now.monthly.total > 0);
    assert.deepEqual(policies, policyResults);
  });

  it("accepts policy results, cost settings, prices, release tags and a limit", async () => {
    const files = ["--policy-report", "policies.json", "--settings", "settings.json", "--prices", "prices.json"];
    const page = await run("--images", "images.json", ...files, "--release-tags", "nightly-.*", "--limit", "1");
    assert.match(page, /ecr-tag-immutability/);
    // 25 days of 1 GB a day.
    assert.match(page, /2\.33 EUR/);
    assert.match(page, /the release <code>nightly-3<\/code> is deleted/);
    assert.equal(page.match(/<code title="sha256:/g)?.length, 4);
  });

  it("rejects invalid input and writes nothing", async () => {
    const cases: [string[], RegExp][] = [
      [["--images", "policies.json"], /lifecycle snapshot: .*policies\.json\.version/s],
      [["--images", "images.json", "--policy-report", "bad.json"], /policy results: 1 fault.*bad\.json\.stack/s],
      [["--images", "images.json", "--settings", "bad.json"], /bad\.json\.rules/],
      [["--images", "images.json", "--release-tags", "("], /--release-tags/],
      [["--images", "images.json", "--limit", "-1"], /Write a whole number, 0 or more\./],
    ];
    for (const [args, message] of cases) {
      await assert.rejects(run(...args), message);
      assert.equal(fs.existsSync(path.join(folder, "page.html")), false);
    }
  });
});
