import { execFileSync } from "node:child_process";
import * as path from "node:path";
import type { Command } from "commander";
import { allCommands, createProgram } from "../../cli/program";

/** docs/commands.md: every command with its arguments and flags, from the definitions that read them. */
export function commandsReference(): string {
  const program = createProgram();
  const commands = allCommands(program).filter(
    (command) => command !== program && command.commands.length === 0 && !command.name().startsWith("__"),
  );
  return [
    "<!-- Made by `npm run docs` from the commands' own definitions. -->",
    "# Commands",
    "",
    "One program: `npx ecr <command>` in the project's folder, or `npm run <script> -- …`, which is the same. Each command answers `-h`,",
    "`--help` and `--version`, and does nothing else then; a flag that it does not know is refused with the nearest right one.",
    "",
    "| exit code | meaning |",
    "|---|---|",
    "| 0 | fine |",
    "| 1 | failed, or not understood: the last lines say why |",
    "| 2 | found something: a fault of a file, a deployed image that would go, a budget exceeded, a mandatory rule broken |",
    "| 130 | interrupted with Ctrl-C |",
    "",
    "Results are on standard output, progress and errors on standard error. A pipe that closes (`| head`) ends a command quietly. Tables fit the",
    "terminal; in a pipe they are as wide as they are. Colours are there in terminals only: `NO_COLOR=1` takes them away, `FORCE_COLOR=1` gives them",
    "to a pipe. What shows data prints JSON with `--json`. What takes longer than a moment says what it does and for how long.",
    "",
    "Commands on the stack `local`, or on none where no stack is selected and there is a sandbox, run in the sandbox by themselves and say so.",
    "`npx ecr completion bash` (`zsh`, `fish`) completes commands, flags and environments with the tab key.",
    "",
    ...commands.flatMap(section),
    "## The sandbox",
    "",
    "`npm run` scripts of their own ([sandbox.md](sandbox.md)); each has `--help`.",
    "",
    ...sandboxSection(),
  ].join("\n");
}

/** Scripts of package.json that are called otherwise than their command. */
const scripts: Record<string, string> = { policies: "policy:report" };

function section(command: Command): string[] {
  const name = fullName(command);
  const first = name.split(" ")[0] ?? "";
  const script = scripts[first] ?? first;
  const rest = name.slice(first.length);
  const usage = command.usage().replace("[options]", "[flags]");
  const rows = [
    ...command.registeredArguments.map((argument) => [
      argument.required ? `<${argument.name()}>` : `[${argument.name()}${argument.variadic ? "…" : ""}]`,
      argument.description,
    ]),
    ...command.options
      .filter(({ long, hidden }) => long !== "--version" && !hidden)
      .map(({ flags, description, mandatory, defaultValue }) => [
        flags,
        `${description}${mandatory ? " (required)" : ""}${defaultText(defaultValue)}`,
      ]),
  ];
  const hasScript = first !== "completion";
  return [
    `## \`ecr ${name}\``,
    "",
    `${sentence(command.description())}`,
    "",
    "```",
    `npx ecr ${name} ${usage}`.trim(),
    ...(hasScript ? [`npm run ${script} --${rest} ${usage}`.trim()] : []),
    "```",
    "",
    ...(rows.length === 0
      ? []
      : [
          "| argument or flag | what |",
          "|---|---|",
          ...rows.map(([flag, what = ""]) => `| \`${flag}\` | ${what.replaceAll("|", "\\|")} |`),
          "",
        ]),
  ];
}

function defaultText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? ` (default: \`${value}\`)` : "";
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function fullName(command: Command): string {
  const parent = command.parent;
  return parent === null || parent.parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}

interface CommandText {
  usage: string;
  about: string;
  flags?: Record<string, { short?: string; value?: string; about: string }>;
}

/** As sandbox/commandTexts.mjs has them, which needs no packages and is read by itself. */
function sandboxSection(): string[] {
  const file = path.join(__dirname, "../../sandbox/commandTexts.mjs");
  const script = `import { commands, sandboxCommands } from ${JSON.stringify(file)};
    console.log(JSON.stringify([...Object.values(commands), ...Object.values(sandboxCommands)]));`;
  const texts = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
  ) as CommandText[];
  return texts.flatMap(({ usage, about, flags = {} }) => [
    "```",
    usage,
    "```",
    "",
    sentence((about.split("\n\n")[0] ?? "").split(":\n")[0]?.split("\n").join(" ").replace(/\.?$/, "") ?? ""),
    "",
    ...(Object.keys(flags).length === 0
      ? []
      : [
          "| flag | what |",
          "|---|---|",
          ...Object.entries(flags).map(([name, { short, value, about: what }]) => {
            const flag = `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
            return `| \`${flag}\` | ${what} |`;
          }),
          "",
        ]),
  ]);
}
