import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LifecycleImage, lifecycleSnapshotText, type RepositorySnapshot } from "../../../ecr/lifecyclePolicy";
import { lifecycleChanges } from "../../../policies/lifecycle/lifecycleChanges";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, types, unknownText } from "../harness";

const day = 24 * 60 * 60 * 1000;
const keep = (countNumber: number) => ({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "any" as const, countType: "imageCountMoreThan" as const, countNumber },
      action: { type: "expire" as const },
    },
  ],
});
/** Six images a day apart, the oldest without a tag. */
const images = [0, 1, 2, 3, 4, 5].map(
  (age): LifecycleImage => ({
    digest: `sha256:${String(age).repeat(64)}`,
    tags: age === 5 ? [] : [`src-${age}`],
    pushedAt: new Date(Date.now() - age * day),
  }),
);
const repository = (changes: Partial<RepositorySnapshot> = {}): RepositorySnapshot => ({
  name: "petclinic",
  registryId: "123456789012",
  region: "eu-west-1",
  uri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/petclinic",
  document: keep(5),
  images,
  deployed: [],
  unknown: [],
  ...changes,
});

describe("policies: ecr-lifecycle-changes", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-changes-"));
  after(() => fs.rmSync(folder, { recursive: true }));
  let files = 0;
  /** A separate file for each case, as the contents and reports of a file are remembered for the whole run. */
  const file = () => path.join(folder, `${++files}.json`);
  const snapshot = (repositories = [repository()], takenAt = new Date()) => {
    const name = file();
    fs.writeFileSync(name, lifecycleSnapshotText({ version: 1, takenAt, repositories }));
    return name;
  };
  const judge = (policy: unknown, config: object, props: Props = {}, provider: Props = { region: "eu-west-1" }) =>
    judgeResource(
      lifecycleChanges,
      { type: types.lifecyclePolicy, props: { repository: "petclinic", policy, ...props }, provider },
      config,
    );
  const text = (countNumber: number) => JSON.stringify(keep(countNumber));

  it("is advisory unless config says otherwise, and checks nothing without a snapshot", async () => {
    assert.equal(lifecycleChanges.enforcementLevel, "advisory");
    assertPasses(await judge(text(1), {}));
  });

  it("passes the current document, one that keeps more, and as many additional images as config allows", async () => {
    const config = { snapshot: snapshot() };
    assertPasses(await judge(text(5), config));
    assertPasses(await judge(text(6), config));
    assertPasses(await judge(text(3), { ...config, allowedImages: 2 }));
    assertFails(
      await judge(text(3), { ...config, allowedImages: 1 }),
      /expires 2 images .*\. Must be at most 1\. See why/,
    );
  });

  it("uses the repository of the policy's own account", async () => {
    const config = { snapshot: snapshot() };
    const by = (account: string) => ({ region: "eu-west-1", allowedAccountIds: `["${account}"]` });
    assertFails(await judge(text(1), config, {}, by("123456789012")), /expires 4 images/);
    const { violations, unjudged } = await judge(text(1), config, {}, by("210987654321"));
    assert.deepEqual(violations, []);
    assert.match(
      unjudged.join(),
      /does not contain repository "petclinic": it is new, or in another account or region/,
    );
  });

  it("names the repository, the number of images, the first of them, and what runs them", async () => {
    const deployed = [
      { digest: images[4]?.digest ?? "", by: "ECS task definition web:7" },
      { digest: images[4]?.digest ?? "", by: "stack prod" },
      { digest: images[5]?.digest ?? "", by: "an image that goes by the document in force too" },
    ];
    const config = { snapshot: snapshot([repository({ deployed })]) };
    assertFails(
      await judge(text(1), config),
      /^policy: the changed lifecycle policy expires 4 images of repository "petclinic" within 7 days that the current one keeps \(src-1, src-2, src-3 and 1 more\), 1 of them deployed \(ECS task definition web:7, stack prod\)\. Must be at most 0\. See why with `npm run lifecycle -- preview --images .*\.json --policy FILE`/,
    );
    const unlimited = { snapshot: snapshot([repository({ document: undefined })]) };
    assertFails(await judge(text(5), unlimited), /expires 1 image of .* keeps \(sha256:555555555555\)\. Must/);
  });

  it("looks ahead as many days as config says", async () => {
    const byAge = JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 8 },
          action: { type: "expire" },
        },
      ],
    });
    const config = { snapshot: snapshot([repository({ document: undefined })]) };
    assertPasses(await judge(byAge, { ...config, days: 2 }));
    assertFails(await judge(byAge, { ...config, days: 3 }), /expires 1 image of .* within 3 days/);
    assertFails(await judge(byAge, config), /expires 5 images of .* within 7 days/);
  });

  it("uses the repository in the resource's own region, or else in its provider's", async () => {
    const other = repository({ region: "us-east-1", document: keep(2) });
    const config = { snapshot: snapshot([repository(), other]) };
    assertFails(await judge(text(2), config), /expires 3 images/);
    assertPasses(await judge(text(2), config, { region: "us-east-1" }));
    assertPasses(await judge(text(2), config, {}, { region: "us-east-1" }));
    assertFails(await judge(text(1), config, {}, {}), /expires 4 images/, /expires 1 image/);
  });

  it("reports once that a file is missing, invalid or old, and still uses an old one", async () => {
    const missing = { snapshot: file() };
    assertFails(
      await judge(text(1), missing),
      /^snapshot: .*1?\d\.json: the file does not exist\. Must be a snapshot of at most 7 days\. Create it with `npm run lifecycle -- snapshot --out .*\.json`\.$/,
    );
    assertPasses(await judge(text(1), missing));

    const broken = { snapshot: file() };
    fs.writeFileSync(broken.snapshot, "{");
    assertFails(await judge(text(1), broken), /a snapshot must be JSON/i);
    assertPasses(await judge(text(1), broken));
    const folderInstead = { snapshot: folder };
    assertFails(await judge(text(1), folderInstead), /it is not a file of at most 100,000,000 bytes/);
    const pipe = { snapshot: file() };
    execFileSync("mkfifo", [pipe.snapshot]);
    assertFails(await judge(text(1), pipe), /it is not a file of at most/);
    const secret = { snapshot: file() };
    fs.writeFileSync(secret.snapshot, "top-secret=1");
    const said = JSON.stringify(await judge(text(1), secret));
    assert.match(said, /12 characters.* A snapshot must be JSON/);
    assert.doesNotMatch(said, /top-/);

    const old = { snapshot: snapshot([repository()], new Date(Date.now() - 8.5 * day)) };
    assertFails(
      await judge(text(4), old),
      /it is 8 days old\. Must be a snapshot of at most 7 days/,
      /expires 1 image/,
    );
    assertFails(await judge(text(4), old), /expires 1 image/);
    assertPasses(
      await judge(text(5), { snapshot: snapshot([], new Date(Date.now() - 8.5 * day)), maxAgeDays: 9, exempt: ["*"] }),
    );
  });

  it("reads the file once in a run", async () => {
    const config = { snapshot: snapshot() };
    assertPasses(await judge(text(5), config));
    fs.rmSync(config.snapshot);
    assertFails(await judge(text(4), config), /expires 1 image/);
  });

  it("notes at advisory level that the snapshot lacks a repository: it may be new", async () => {
    const { violations, unjudged } = await judge(text(1), { snapshot: snapshot() }, { repository: "new" });
    assert.deepEqual(violations, []);
    assert.equal(unjudged.length, 1);
    assert.match(
      unjudged[0] ?? "",
      /^The snapshot \S+ does not contain repository "new": it is new, or in another account or region\.$/,
    );
  });

  it("reports unknown values by name, and leaves invalid documents to another rule", async () => {
    const config = { snapshot: snapshot() };
    assertUnjudged(
      await judge(unknownText, config),
      /^How many images the lifecycle policy of repository "petclinic" expires: policy, the lifecycle policy document, is not known yet\./,
    );
    assertUnjudged(
      await judge(text(1), config, { repository: unknownText }),
      /^How many images .* of repository "petclinic" expires: repository is not known yet\./,
    );
    assertPasses(await judge("{", config));
  });

  it("respects the list of exempt repositories", async () => {
    const config = { snapshot: snapshot() };
    assertPasses(await judge(text(1), { ...config, exempt: ["pet*"] }));
    assertFails(await judge(text(1), { ...config, exempt: ["other"] }), /expires 4 images/);
  });
});
