import { printable } from "../ecr/printable";

// The commands' one way to the terminal and to a CI system's log: names, tags and errors come from registries, other stacks
// and services.

/** A result, on standard output. */
export function print(text: string): void {
  console.log(emphasized(printable(text), hasColours(process.stdout)));
}

/** What goes beside results: progress, advice and errors, on standard error. */
export function printError(text: string): void {
  clearMovingLine();
  console.error(emphasized(printable(text), hasColours(process.stderr)));
}

/** Characters in a line of the terminal; no limit where the result goes to a pipe or a file. */
export function terminalWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** NO_COLOR (https://no-color.org) takes colours away wherever they would be; FORCE_COLOR gives them to a pipe too. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  return FORCE_COLOR !== undefined && FORCE_COLOR !== "" ? FORCE_COLOR !== "0" : stream.isTTY && TERM !== "dumb";
}

const red = 31;
const green = 32;
const yellow = 33;
const bold = 1;

/** Lines that mean something by themselves, in all commands; a color says no more than their first word. */
const emphasis: readonly (readonly [RegExp, number])[] = [
  [/^( *)(DEPLOYED|BUDGET|failed|FAILED|Failed)(?=:)/gm, red],
  [/^( *)(RELEASE|CHECK|not judged|not known|Policies)(?=:)/gm, yellow],
  [/^()(✔)(?= )/gm, green],
  [/^()(What to do|Why it failed|Outputs)(?=:)/gm, bold],
];

function emphasized(text: string, colours: boolean): string {
  if (!colours) return text;
  return emphasis.reduce(
    (each, [pattern, code]) =>
      each.replace(pattern, (_, blanks: string, word: string) => `${blanks}\u001b[${code}m${word}\u001b[0m`),
    text,
  );
}

/** Output of a program that draws by itself. */
export function passOn(text: string): void {
  clearMovingLine();
  process.stderr.write(text);
}

let moving = "";

/** Shows a line in place of the one before it, on standard error; only in a terminal. */
export function showMovingLine(text: string): void {
  clearMovingLine();
  const { columns } = process.stderr;
  moving = printable(text)
    .split("\n")
    .join(" ")
    .slice(0, Math.max(1, columns - 1));
  process.stderr.write(moving);
}

/** Takes the moving line away: what follows stands at the beginning of its line. */
export function clearMovingLine(): void {
  if (moving !== "") process.stderr.write("\r\u001b[2K");
  moving = "";
}

/** Whether lines can move there. */
export function canMove(): boolean {
  return process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
}

/** A reader that has seen enough (`| head`) is no error: the command ends without a word. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
