import assert from "node:assert/strict";
import { textTable, wrap } from "../../cli/table";

const columns = [
  { heading: "rule" },
  { heading: "what it does", wraps: true },
  { heading: "today", numeric: true },
  { heading: "stays", numeric: true },
];
const rows = [
  [1, "Expire untagged images 7 days after their push", 12, ""],
  [2, "Keep the 50 newest images", "", 50],
];
const linesOf = (width?: number) => textTable(columns, rows, width).split("\n");

describe("command-line table", () => {
  it("has no ruled lines or trailing blanks, and aligns numbers to the right", () => {
    assert.deepEqual(linesOf(), [
      "rule  what it does                                    today  stays",
      "1     Expire untagged images 7 days after their push     12",
      "2     Keep the 50 newest images                                 50",
    ]);
  });

  it("wraps text at word boundaries in a narrower terminal", () => {
    assert.deepEqual(linesOf(50), [
      "rule  what it does                   today  stays",
      "1     Expire untagged images 7 days     12",
      "      after their push",
      "2     Keep the 50 newest images                50",
    ]);
  });

  it("becomes a paragraph per row if that is not enough, so that no heading is lost", () => {
    assert.deepEqual(linesOf(32), [
      "rule 1",
      "  what it does  Expire untagged",
      "                images 7 days",
      "                after their push",
      "  today         12",
      "rule 2",
      "  what it does  Keep the 50",
      "                newest images",
      "  stays         50",
    ]);
  });

  it("fits every width from 24 to 80 characters and loses no words", () => {
    for (let width = 24; width <= 80; width++) {
      const lines = linesOf(width);
      assert.ok(
        lines.every((line) => line.length <= width),
        lines.join("\n"),
      );
      const words = lines.join(" ").split(/\s+/);
      for (const word of rows.flat().join(" ").split(/ +/)) {
        assert.ok(words.includes(word) || word === "", `${word} in ${words}`);
      }
    }
  });

  it("measures width in terminal columns, and splits only words longer than a line", () => {
    assert.deepEqual(wrap("이미지 저장소", 7), ["이미지", "저장소"]);
    assert.deepEqual(wrap("a 1234567890", 4), ["a", "1234", "5678", "90"]);
    assert.deepEqual(wrap("", 4), [""]);
  });
});
