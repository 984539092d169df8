// Immediate responses to a command line, before anything is installed or started: help, the version, or all of its
// errors.
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { nearestWord } from "../ecr/values/editDistance.cjs";
import { commands, sandboxCommands } from "./commandTexts.mjs";

/** @typedef {import("./commandTexts.mjs").CommandText} CommandText */

const everywhere = {
  help: { type: "boolean", short: "h", about: "show this help and exit" },
  version: { type: "boolean", about: "show the project's version and exit" },
};

/**
 * @param {string[]} args The arguments after bootstrap.mjs.
 * @param {string} root The project's root.
 * @returns {{ code: number, text: string } | undefined} Undefined when the command should run.
 */
export function answerAtOnce([name = "", ...args], root) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return refusal([unknown("command", name, Object.keys(commands))]);
  if (name !== "run") return answer(command, args, root);
  const [first] = args;
  if (first === undefined) return { code: 1, text: help(command) };
  if (first === "--") return undefined;
  // Arguments for another program are left to that program.
  if (first.startsWith("-")) return answer(command, [first], root);
  if (!Object.hasOwn(sandboxCommands, first)) return undefined;
  const given = answer(sandboxCommands[first], args.slice(1), root);
  return given ?? (first === "help" ? { code: 0, text: help(command) } : undefined);
}

/** @param {CommandText} command */
function answer(command, args, root) {
  const options = { ...command.flags, ...everywhere };
  const { tokens } = parseArgs({ args, strict: false, tokens: true, options: forParser(options) });
  const end = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? args.length;
  const own = tokens.filter(({ index }) => index < end);
  const flags = own.filter(({ kind }) => kind === "option");
  if (flags.some((flag) => flag.name === "help")) return { code: 0, text: help(command) };
  if (flags.some((flag) => flag.name === "version")) return { code: 0, text: version(root) };
  const words = own.filter(({ kind }) => kind === "positional").map(({ value }) => value);
  const faults = [...flags.flatMap((flag) => flagFaults(flag, options)), ...wordFaults(command, words, root)];
  if (command.files && flags.length > 0 && words.length === 0) {
    faults.push("FILE: found none. Options apply to test files only. Add them, such as tests/ecr/*.test.ts.");
  }
  return faults.length > 0 ? refusal([...faults, `Usage: ${command.usage}`]) : undefined;
}

function flagFaults({ name, rawName, value, inlineValue }, options) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    return [
      unknown(
        "option",
        rawName,
        Object.keys(options).map((each) => `--${each}`),
      ),
    ];
  }
  if (option.type === "boolean" && inlineValue) return [`${rawName}: found the value "${value}". Must have no value.`];
  // The next word looks like an option, but parseArgs takes it as the value.
  const isMissing = value === undefined || (!inlineValue && value.startsWith("-"));
  return option.type === "string" && isMissing ? [`${rawName}: needs a value. Write ${rawName} ${option.value}.`] : [];
}

/** @param {CommandText} command */
function wordFaults(command, words, root) {
  if (command.arguments === undefined) {
    return words.map((word) => `${JSON.stringify(word)}: this command takes no arguments. Remove it.`);
  }
  if (command.words) {
    return words
      .filter((word) => !command.words.includes(word))
      .map((word) => unknown("scenario", word, command.words));
  }
  const missing = (file) => !/[*?[{]/.test(file) && !fs.existsSync(path.resolve(root, file));
  return command.files ? words.filter(missing).map((file) => unknown("file", file, testFiles(root))) : [];
}

function testFiles(root) {
  const files = fs.readdirSync(path.join(root, "tests"), { recursive: true }).map(String);
  return files.filter((file) => file.endsWith(".test.ts")).map((file) => `tests/${file}`);
}

/** @param {CommandText} command */
function help(command) {
  const rows = Object.entries({ ...command.flags, ...everywhere }).map(([name, { short, value, about }]) => {
    const form = `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
    return `  ${form.padEnd(22)}  ${about}`;
  });
  return [`Usage: ${command.usage}`, "", command.about, "", "Options:", ...rows].join("\n");
}

function version(root) {
  return JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version;
}

function unknown(what, word, known) {
  const list = what === "file" ? "" : ` Allowed: ${known.join(", ")}.`;
  const nearest = nearestWord(word, known);
  const guess = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
  return `${JSON.stringify(word)}: there is no such ${what}.${guess}${list}`;
}

function refusal(lines) {
  return { code: 1, text: lines.join("\n") };
}

function forParser(options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]),
  );
}
