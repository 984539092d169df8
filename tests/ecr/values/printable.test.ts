import assert from "node:assert/strict";
import fc from "fast-check";
import { faultMessage, InvalidInputError } from "../../../ecr/faults";
import { onOneLine, printable } from "../../../ecr/values/printable";

/** What a terminal, GitHub's runner, Azure Pipelines or TeamCity would treat as a command. */
function commandsIn(text: string): string[] {
  const characters = text.match(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu) ?? [];
  const lines = text.split(/\r\n|[\n\r\u2028\u2029\u0085]/);
  return [...characters, ...lines.filter((line) => line.trimStart().startsWith("::") || /##\w*\[/.test(line))];
}

const hostile = fc
  .array(
    fc.constantFrom(
      "\u001b[2J",
      "\u009b",
      "\u007f",
      "\r",
      "\n",
      "\r\n",
      "\u2028",
      ":",
      "::",
      "##[",
      "##vso[",
      "##teamcity[",
      "#",
      "[",
      " ",
      "\t",
      "\u00a0",
      "\u202e",
      "a",
      "\\",
      '"',
      "\u0000",
      "\ufeff",
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("what is shown in terminals and logs", () => {
  it("contains no command to a terminal or a CI system, whatever the text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        assert.deepEqual(commandsIn(printable(text)), []);
        assert.deepEqual(commandsIn(onOneLine(text)), []);
        assert.ok(!onOneLine(text).includes("\n"));
        assert.equal(printable(printable(text)), printable(text));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("is unchanged when it contains no command", () => {
    for (const text of ["", "a\n\tb\n", "Äpfel — 中文 🐾", "a::b", "std::vector ## [x]", "C:\\n", "arn:aws:ecr::x"]) {
      assert.equal(printable(text), text);
    }
  });

  it("is escaped so that JSON keeps its meaning", () => {
    fc.assert(
      fc.property(hostile, hostile, (key, value) => {
        const object = { [`k${key}`]: [value, { value }] };
        assert.deepEqual(JSON.parse(printable(JSON.stringify(object, undefined, 2))), object);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("makes escaped characters visible", () => {
    assert.equal(
      printable("\u001b[31mred\r::error::x\n ::set-env name=a::b"),
      "\\u001b[31mred\\u000d::error::x\n \\u003a:set-env name=a::b",
    );
    assert.equal(printable("x ##[error]y"), "x \\u0023#[error]y");
    assert.equal(printable("x ##vso[task.setvariable]y"), "x \\u0023#vso[task.setvariable]y");
    assert.equal(onOneLine("denied\r\n  ::error::x"), "denied ::error::x");
  });

  it("takes no longer for long runs of blanks than for other text", () => {
    const blank = " ".repeat(200_000);
    assert.equal(onOneLine(`a${blank}b`), `a${blank}b`);
    assert.equal(onOneLine(`${blank}a${blank}\n${blank}\r\n${blank}b${blank}`), `${blank}a b${blank}`);
    for (const [text, line] of [
      ["a\n", "a "],
      ["\n\n", " "],
      [" \u2028 b\n\n\nc ", " b c "],
    ] as const) {
      assert.equal(onOneLine(text), line);
    }
  });

  it("is what the messages of faults consist of, one line per fault", () => {
    const text = "\u001b]0;title\u0007\n::error::x";
    const fault = { path: `tags.${text}`, value: text, rule: `it says ${text}.`, fix: `ask ${text}.` };
    for (const message of [faultMessage(fault), new InvalidInputError(text, [fault, fault]).message]) {
      assert.deepEqual(commandsIn(message), []);
    }
    assert.equal(new InvalidInputError(text, [fault, fault]).message.split("\n").length, 3);
  });
});
