import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { LiveProject } from "./liveProject";

/** A preview's operations on the resources of one repository, by the last part of their type; `same` is left out. */
type Steps = Record<string, string>;

interface Edit {
  /** The second column of its row in docs/stack-life.md. */
  row: string;
  /** The third column: the result for a repository without images. */
  result: string;
  before: Record<string, unknown>;
  /** `undefined`: the entry is removed. */
  after: Record<string, unknown> | undefined;
  steps: Steps;
}

const kms = { encryption: "kms" };
const rules = (days: number) => [{ images: "untagged", expireAfterDays: days }];

const privateEdits: Edit[] = [
  {
    row: "`encryption`",
    result: "replaced",
    before: kms,
    after: { encryption: "aes256" },
    steps: { Repository: "replace", LifecyclePolicy: "replace" },
  },
  {
    row: "`createKey` added",
    result: "replaced",
    before: kms,
    after: { createKey: true },
    steps: { Key: "create", Alias: "create", Repository: "replace", LifecyclePolicy: "replace" },
  },
  {
    row: "`kmsKey` removed",
    result: "nothing: it keeps its key",
    before: { kmsKey: "alias/team" },
    after: {},
    steps: {},
  },
  {
    row: "`keyDeletionWindowDays`",
    result: "key in place",
    before: { createKey: true },
    after: { createKey: true, keyDeletionWindowDays: 10 },
    steps: { Key: "update" },
  },
  {
    row: "`imageTagMutability`, `exclusionFilters`",
    result: "in place",
    before: {},
    after: { imageTagMutability: "MUTABLE" },
    steps: { Repository: "update" },
  },
  {
    row: "`imageTagMutability`, `exclusionFilters`",
    result: "in place",
    before: {},
    after: { exclusionFilters: ["latest"] },
    steps: { Repository: "update" },
  },
  {
    row: "`scanOnPush`",
    result: "in place",
    before: {},
    after: { scanOnPush: false },
    steps: { Repository: "update" },
  },
  {
    row: "`forceDelete`",
    result: "in place",
    before: {},
    after: { forceDelete: true },
    steps: { Repository: "update" },
  },
  { row: "`tags`", result: "in place", before: {}, after: { tags: { team: "pets" } }, steps: { Repository: "update" } },
  {
    row: "`lifecyclePolicy`, `protectedTags`",
    result: "policy replaced",
    before: { lifecyclePolicy: rules(7) },
    after: { lifecyclePolicy: rules(8) },
    steps: { LifecyclePolicy: "replace" },
  },
  {
    row: "`lifecyclePolicy`, `protectedTags`",
    result: "policy replaced",
    before: {},
    after: { protectedTags: ["v*"] },
    steps: { LifecyclePolicy: "replace" },
  },
  {
    row: "`lifecyclePolicy: false`",
    result: "policy deleted",
    before: {},
    after: { lifecyclePolicy: false },
    steps: { LifecyclePolicy: "delete" },
  },
  {
    row: "`access`",
    result: "policy in place",
    before: { access: { pullFrom: ["210987654321"] } },
    after: { access: { pullFrom: ["321098765432"] } },
    steps: { RepositoryPolicy: "update" },
  },
  {
    row: "`access` removed",
    result: "policy deleted",
    before: { access: { pullFrom: ["210987654321"] } },
    after: {},
    steps: { RepositoryPolicy: "delete" },
  },
  { row: "`protect`, `retainOnDelete`", result: "nothing in AWS", before: {}, after: { protect: true }, steps: {} },
  {
    row: "`protect`, `retainOnDelete`",
    result: "nothing in AWS",
    before: {},
    after: { retainOnDelete: true },
    steps: {},
  },
  {
    row: "the entry is removed",
    result: "deleted",
    before: {},
    after: undefined,
    steps: { PrivateRepository: "delete", Repository: "delete", LifecyclePolicy: "delete" },
  },
];

const publicEdits: Edit[] = [
  {
    row: "`catalogData`, `tags`, `forceDestroy`",
    result: "in place",
    before: {},
    after: { catalogData: { description: "Pets" } },
    steps: { Repository: "update" },
  },
  {
    row: "`catalogData`, `tags`, `forceDestroy`",
    result: "in place",
    before: {},
    after: { tags: { team: "pets" } },
    steps: { Repository: "update" },
  },
  {
    row: "`catalogData`, `tags`, `forceDestroy`",
    result: "in place",
    before: {},
    after: { forceDestroy: true },
    steps: { Repository: "update" },
  },
  {
    row: "the entry is removed",
    result: "deleted",
    before: {},
    after: undefined,
    steps: { PublicRepository: "delete", Repository: "delete" },
  },
];

/** The rows for one kind in the page's table of repositories: the edit, and its result without images. */
function documentedRows(kind: string): Map<string, string> {
  const page = fs.readFileSync(path.join(__dirname, "../../../docs/stack-life.md"), "utf8");
  const rows = page.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    return cells.length === 6 ? [cells.slice(1, 5)] : [];
  });
  const start = rows.findIndex(([of]) => of === kind);
  const end = rows.findIndex(([of], index) => index > start && of !== "");
  return new Map(rows.slice(start, end < 0 ? undefined : end).map(([, what = "", result = ""]) => [what, result]));
}

describe("stack life: the edits that docs/stack-life.md lists", function () {
  this.timeout(900_000);
  let project: LiveProject;
  /** One repository for each edit, so that one preview shows them all. */
  const keyed = (edits: readonly Edit[], prefix: string, side: "before" | "after") =>
    Object.fromEntries(
      edits.flatMap((edit, index) => (edit[side] === undefined ? [] : [[`${prefix}${index}`, edit[side]]])),
    );
  let steps: { urn: string; op: string }[];

  before(async () => {
    project = new LiveProject();
    await project.init();
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { KeyId: string } }>("kms", "create-key");
    const alias = ["create-alias", "--alias-name", "alias/team", "--target-key-id", KeyMetadata.KeyId];
    await project.must("aws", "kms", ...alias);
    const configure = (side: "before" | "after") =>
      project.configure({
        privateRepositories: keyed(privateEdits, "private", side),
        publicRepositories: keyed(publicEdits, "public", side),
      });
    configure("before");
    await project.up();
    configure("after");
    const { stdout } = await project.mustPulumi("preview", "--json");
    ({ steps } = JSON.parse(stdout) as { steps: { urn: string; op: string }[] });
    configure("before");
  });
  after(async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  /** The steps of one repository; the parts of a replacement count as one. */
  function stepsOf(name: string): Steps {
    const own = steps.filter(
      ({ urn, op }) => urn.endsWith(`::${name}`) && !["same", "create-replacement", "delete-replaced"].includes(op),
    );
    return Object.fromEntries(own.map(({ urn, op }) => [urn.split("::")[2]?.split(":").at(-1) ?? "", op]));
  }

  for (const [kind, prefix, edits] of [
    ["a private repository", "private", privateEdits],
    ["a public repository", "public", publicEdits],
  ] as const) {
    edits.forEach((edit, index) => {
      it(`${kind}, ${edit.row} (${JSON.stringify(edit.after ?? null)}): ${edit.result}`, () => {
        assert.equal(documentedRows(kind).get(edit.row), edit.result);
        assert.deepEqual(stepsOf(`${prefix}${index}`), edit.steps);
      });
    });

    it(`${kind}: each row is tested, here or in another test`, () => {
      const elsewhere = [
        "its key; `repositoryName` says its name", // renames.test.ts
        "`repositoryName`, `region`", // removals.test.ts
        "`repositoryName`",
        "`createKey` removed",
        "`import`, once it is adopted", // removals.test.ts
        "`kmsKey`, another key", // tests/config/losses.test.ts
        "`kmsKey`, the same key by another name", // tests/sandbox/program/spellings.test.ts
      ];
      const tested = new Set([...edits.map(({ row }) => row), ...elsewhere]);
      assert.deepEqual(
        [...documentedRows(kind).keys()].filter((row) => !tested.has(row)),
        [],
      );
    });
  }
});
