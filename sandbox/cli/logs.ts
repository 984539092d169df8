import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sandboxHome } from "../paths";
import { LogReader, loggedParts } from "../services/logs";
import { interruption } from "../system/interruption";

/** Milliseconds between checks of the logs. */
const followPause = 200;

/**
 * `npm run sandbox -- logs [PART…] [--lines N] [--follow]`: the last lines of each part's log, and with --follow new
 * lines until Ctrl-C. With several parts, each line starts with the part's name.
 */
export async function logs(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      follow: { type: "boolean", short: "f", default: false },
      lines: { type: "string", short: "n", default: "50" },
    },
  });
  const home = sandboxHome();
  const known = loggedParts(home);
  const unknown = positionals.filter((part) => !known.includes(part));
  if (unknown.length > 0) {
    console.error(
      `no log of ${unknown.join(", ")}. Available: ${known.join(", ") || "none, because nothing has been started yet"}.`,
    );
    return 1;
  }
  if (!/^\d{1,6}$/.test(values.lines)) {
    console.error(`--lines: found "${values.lines}". Must be a number from 0 to 999999.`);
    return 1;
  }
  const parts = positionals.length > 0 ? positionals : known;
  const width = parts.length > 1 ? Math.max(...parts.map((part) => part.length)) : 0;
  const show = (part: string, lines: string[]) => {
    for (const line of lines) console.log(width > 0 ? `${part.padEnd(width)} | ${line}` : line);
  };
  const readers = parts.map((part) => new LogReader(home, part));
  for (const reader of readers) show(reader.part, reader.last(Number(values.lines)));
  while (values.follow) {
    await sleep(followPause);
    // Ctrl-C is the normal end.
    const end = interruption();
    if (end !== undefined) return end.code;
    for (const reader of readers) show(reader.part, reader.added());
  }
  return 0;
}
