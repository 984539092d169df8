import type { Command, Option } from "commander";
import { environmentsOf, projectFolder } from "../project";

/**
 * Completions for the end of a line.
 *
 * @param words The words after `ecr`; the last one may be incomplete or empty.
 * @returns Matching whole words; empty where a file or a free-form string is expected.
 */
export function candidates(program: Command, words: readonly string[]): string[] {
  const before = words.slice(0, -1);
  const begun = words.at(-1) ?? "";
  let command = program;
  let given = 0;
  let option: Option | undefined;
  for (const word of before) {
    const below = command.commands.find((each) => each.name() === word);
    if (option !== undefined) option = undefined;
    else if (word.startsWith("-")) option = valueOption(command, word);
    else if (below !== undefined && given === 0) command = below;
    else given++;
  }
  return choices(command, given, option, begun).filter((word) => word.startsWith(begun));
}

function choices(command: Command, given: number, option: Option | undefined, begun: string): string[] {
  if (option !== undefined) return option.long === "--stack" ? environments() : [];
  if (begun.startsWith("-")) return [...optionsOf(command).flatMap(({ long }) => long ?? []), "--help", "--version"];
  const names = command.commands.map((each) => each.name()).filter((name) => !name.startsWith("__"));
  if (names.length > 0) return given === 0 ? names : [];
  const argument = command.registeredArguments[Math.min(given, command.registeredArguments.length - 1)];
  if (argument?.name() === "shell") return ["bash", "zsh", "fish"];
  return /^environments?$/.test(argument?.name() ?? "") ? environments() : [];
}

function optionsOf(command: Command): Option[] {
  return command.options.filter(({ hidden, long }) => !hidden && long !== "--version");
}

/** The option a word stands for, if it takes a value. */
function valueOption(command: Command, word: string): Option | undefined {
  return command.options.find(
    (option) => (option.long === word || option.short === word) && (option.required || option.optional),
  );
}

/** Empty outside a project. */
function environments(): string[] {
  try {
    return environmentsOf(projectFolder());
  } catch {
    return [];
  }
}
