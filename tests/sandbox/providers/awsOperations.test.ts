import assert from "node:assert/strict";
import {
  deleteUnlessGone,
  listAll,
  readUnlessGone,
  step,
  timeText,
  undefinedIfGone,
} from "../../../sandbox/providers/aws/operations";
import { AwsServiceError } from "../../../sandbox/providers/aws/send";
import { onlyOneOf } from "../../../sandbox/providers/aws/valueRules";

const refused = (code: string) => async (): Promise<string> => {
  throw new AwsServiceError(`operation error X: Y, ${code}: no`, code, "no");
};

describe("aws stand-in: shared operations", () => {
  for (const word of ["Marker", "NextToken", "nextToken"] as const) {
    it(`lists every page of a service that pages by ${word}, and no more`, async () => {
      const asked: (string | undefined)[] = [];
      const pages: { items?: number[]; Marker?: string; NextToken?: string; nextToken?: string }[] = [
        { items: [1, 2], [word]: "second" },
        { [word]: "third" },
        { items: [3], [word]: "" },
      ];
      const items = await listAll(
        async (next) => {
          asked.push(next);
          return pages[asked.length - 1] ?? assert.fail("a page too many");
        },
        (page) => page.items,
      );
      assert.deepEqual(items, [1, 2, 3]);
      assert.deepEqual(asked, [undefined, "second", "third"]);
    });
  }

  it("returns undefined when the service says that a resource is gone, and throws any other error", async () => {
    assert.equal(await undefinedIfGone(["A", "B"], refused("B")), undefined);
    assert.equal(await undefinedIfGone([], async () => "there"), "there");
    await assert.rejects(undefinedIfGone(["A"], refused("B")), { code: "B" });
    await assert.rejects(
      undefinedIfGone(["Error"], () => Promise.reject(new Error("no connection"))),
      /^Error: no connection$/,
    );
  });

  it("names the operation in front of the error", async () => {
    const message = "operation error X: Y, B: no";
    assert.equal(await readUnlessGone("a Thing (1)", ["B"], refused("B")), undefined);
    await assert.rejects(readUnlessGone("a Thing (1)", ["A"], refused("B")), {
      message: `reading a Thing (1): ${message}`,
    });
    await deleteUnlessGone("a Thing (1)", ["B"], refused("B"));
    await assert.rejects(deleteUnlessGone("a Thing (1)", ["A"], refused("B")), {
      message: `deleting a Thing (1): ${message}`,
    });
    await assert.rejects(step("moving", refused("B")), { message: `moving: ${message}` });
  });

  it("rejects the second of two properties that exclude each other", () => {
    assert.deepEqual(onlyOneOf({ a: "1", c: "2" }, "a", "b", "c"), [
      { property: "c", reason: "c: conflicts with a; set only one of them" },
    ]);
    assert.deepEqual(onlyOneOf({ b: "1" }, "a", "b", "c"), []);
  });

  it("writes times in whole seconds", () => {
    assert.equal(timeText(new Date("2026-01-02T03:04:05.678Z")), "2026-01-02T03:04:05Z");
    assert.equal(timeText(undefined), "");
  });
});
