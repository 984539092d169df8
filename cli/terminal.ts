import { printable } from "../ecr/values/printable";

// All output of the commands goes through here, because names, tags, and errors come from registries, other stacks, and
// services.

/** Prints a result to stdout. */
export function print(text: string): void {
  console.log(emphasized(printable(text), hasColours(process.stdout)));
}

/** Prints everything besides results to stderr: progress, advice, and errors. */
export function printError(text: string): void {
  clearMovingLine();
  console.error(emphasized(printable(text), hasColours(process.stderr)));
}

/** Characters in a line of the terminal; no limit when the output goes to a pipe or file. */
export function terminalWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** NO_COLOR (https://no-color.org) always disables colors; FORCE_COLOR also enables them in a pipe. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  return FORCE_COLOR !== undefined && FORCE_COLOR !== "" ? FORCE_COLOR !== "0" : stream.isTTY && TERM !== "dumb";
}

const red = 31;
const green = 32;
const yellow = 33;
const bold = 1;

/** Lines with a special meaning in all commands; the color adds nothing to their first word. */
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

/** Passes on output of a program that formats its own. */
export function writeThrough(text: string): void {
  clearMovingLine();
  process.stderr.write(text);
}

let movingLine = "";

/** Replaces the previous moving line, on stderr; only in a terminal. */
export function showMovingLine(text: string): void {
  clearMovingLine();
  const { columns } = process.stderr;
  movingLine = printable(text)
    .split("\n")
    .join(" ")
    .slice(0, Math.max(1, columns - 1));
  process.stderr.write(movingLine);
}

/** Clears the moving line, so that the next output starts at the beginning of its line. */
export function clearMovingLine(): void {
  if (movingLine !== "") process.stderr.write("\r\u001b[2K");
  movingLine = "";
}

/** Whether the terminal supports moving lines. */
export function canMove(): boolean {
  return process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
}

/** A closed output (`| head`) is not an error: the command ends silently. */
export function exitQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
