import assert from "node:assert/strict";
import { type EngineEvent, RunRecord } from "../../cli/environments/runRecord";
import { runSummary, searchableOutput } from "../../cli/environments/runSummary";

const urn = (type: string, name: string) => `urn:pulumi:dev::ecr::ecr:index:ContainerImage$${type}::${name}`;
const stack = "urn:pulumi:dev::ecr::pulumi:pulumi:Stack::ecr-dev";
const error = (message: string, of?: string): EngineEvent => ({
  diagnosticEvent: { severity: "error", message, urn: of },
});
const step = (type: string, custom = true): EngineEvent => ({
  resourcePreEvent: { metadata: { type, new: { custom } } },
});
const begin: EngineEvent = { preludeEvent: {} };
const judgedWhole: EngineEvent = { policyAnalyzeStackSummaryEvent: {} };
const ended = (isPreview: boolean, result = "succeeded"): EngineEvent => ({ summaryEvent: { isPreview, result } });
const outputs = (before: object, after: object): EngineEvent => ({
  resOutputsEvent: {
    metadata: {
      type: "pulumi:pulumi:Stack",
      old: { outputs: before as Record<string, unknown> },
      new: { outputs: after as Record<string, unknown> },
    },
  },
});

function recordOf(...events: EngineEvent[]): RunRecord {
  const record = new RunRecord();
  for (const event of events) record.add(event);
  return record;
}

const failed = { operation: "up", code: 255, isInterrupted: false } as const;
const text = (record: RunRecord, run: Partial<Parameters<typeof runSummary>[0]> = {}, advice: string[] = []) =>
  runSummary({ ...failed, record, ...run }, advice);

describe("summary below Pulumi's own output", () => {
  it("says that no policy was evaluated when Pulumi shows a ✅ for a run that ended early, and gives the cause last, once and without a stack trace", () => {
    const fault = 'Pulumi.dev.yaml: 1 fault\n  - Pulumi.dev.yaml:19:16 ecr:images.a.context: found "ap". …';
    const record = recordOf(
      begin,
      step("pulumi:providers:aws"),
      step("ecr:index:ContainerImage", false),
      error(`${fault}\n`, stack),
      error(
        `Running program '/p/start.cjs' failed with an unhandled exception:\nError: ${fault}\n    at x (/p/y.ts:1:2)\n`,
      ),
      error("preview failed\n"),
    );
    assert.equal(
      text(record, {}, ["Do this."]),
      [
        "Policies: nothing was evaluated. A ✅ above means only that the run ended before there was anything to evaluate.",
        "",
        "Why it failed:",
        "- Pulumi.dev.yaml: 1 fault",
        '    - Pulumi.dev.yaml:19:16 ecr:images.a.context: found "ap". …',
        "",
        "What to do:",
        "- Do this.",
      ].join("\n"),
    );
  });

  it("says how far the policies got in the operation that failed, and nothing if they completed", () => {
    const steps = [begin, step("aws:ecr/repository:Repository"), step("docker:index/image:Image")];
    assert.match(
      text(recordOf(...steps, judgedWhole, ended(true), ...steps, error("no", urn("a:b:C", "x")))),
      /^Policies: not fully evaluated\. 2 resources were evaluated before the run ended/,
    );
    assert.doesNotMatch(text(recordOf(...steps, judgedWhole, error("no"))), /Policies/);
    assert.doesNotMatch(text(recordOf(error("unknown flag: --dif"))), /Policies/);
  });

  it("shows the last lines of a build below its error, and takes no advice from the output of build steps", () => {
    const image = urn("docker:index/image:Image", "petclinic");
    const failure = "error reading build output: executor failed running [npm ci]: exit code: 1, connect ECONNREFUSED";
    const record = recordOf(
      begin,
      { diagnosticEvent: { severity: "info", urn: image, message: "[1/2] FROM node\n", ephemeral: true } },
      {
        diagnosticEvent: { severity: "info", urn: image, message: "Build output:\n[2/2] RUN npm ci\nnpm error: no\n" },
      },
      error(`${failure}\n`, image),
      error("update failed\n", stack),
    );
    assert.match(
      text(record),
      /Why it failed:\n- docker:index\/image:Image petclinic: error reading.*\n {2}the end of its build:\n {2}\| \[2\/2\] RUN npm ci\n {2}\| npm error: no$/,
    );
    assert.equal(searchableOutput(record), "update failed\n");
    assert.match(searchableOutput(recordOf(error("error reading build output: EOF", image))), /EOF/);
  });

  it("shows outputs only if they changed, by path", () => {
    const before = { images: { a: { tag: "src-1", digest: "sha256:1" } }, outputsVersion: 1, costs: 5 };
    const after = { images: { a: { tag: "src-2", digest: "sha256:1" }, b: { tags: ["x"] } }, outputsVersion: 1 };
    const success = { code: 0 };
    assert.equal(
      text(recordOf(begin, ended(true), begin, outputs(before, after), ended(false)), success),
      'Outputs:\n  images.a.tag   src-2\n  images.b.tags  ["x"]\n  costs          (gone)',
    );
    assert.equal(
      text(recordOf(begin, outputs(before, before), ended(false)), success),
      "Outputs: unchanged. `pulumi stack output` shows them.",
    );
    assert.equal(text(recordOf(begin, outputs(before, after), ended(true)), { ...success, operation: "preview" }), "");
    assert.equal(text(recordOf(begin, outputs({}, after), ended(true)), success), "");
  });

  it("says what became of an interrupted update, without reporting another failure", () => {
    const record = recordOf(begin, step("aws:ecr/repository:Repository"), error("update canceled\n", stack));
    assert.match(
      text(record, { isInterrupted: true }),
      /1 resource was evaluated.*\n\nInterrupted: what was done is kept/,
    );
    assert.match(text(record, { isInterrupted: true, operation: "preview" }), /Interrupted: nothing was changed\.$/);
  });
});
