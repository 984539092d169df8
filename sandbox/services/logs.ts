import * as fs from "node:fs";
import * as path from "node:path";

/** Limit on the bytes read from the end of a log. */
const tailBytes = 1024 * 1024;

/** Names of the parts with a log in the sandbox's folder, sorted. */
export function loggedParts(home: string): string[] {
  const folder = path.join(home, "logs");
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith(".log"))
    .map((name) => name.slice(0, -".log".length))
    .sort();
}

/** Reads one part's log: its last lines first, then what is appended. */
export class LogReader {
  private position = 0;
  private rest = "";

  constructor(
    private readonly home: string,
    readonly part: string,
  ) {}

  /** The last lines, at most this many. */
  last(lines: number): string[] {
    const size = this.size();
    this.position = Math.max(0, size - tailBytes);
    const found = this.added();
    return lines === 0 ? [] : found.slice(-lines);
  }

  /** Complete lines added since the last call. A log that was truncated is read from its beginning. */
  added(): string[] {
    const size = this.size();
    if (size < this.position) {
      this.position = 0;
      this.rest = "";
    }
    if (size === this.position) return [];
    const chunk = Buffer.alloc(size - this.position);
    const file = fs.openSync(this.file, "r");
    try {
      this.position += fs.readSync(file, chunk, 0, chunk.length, this.position);
    } finally {
      fs.closeSync(file);
    }
    const lines = (this.rest + chunk.toString("utf8")).split("\n");
    this.rest = lines.pop() ?? "";
    return lines;
  }

  private get file(): string {
    return path.join(this.home, "logs", `${this.part}.log`);
  }

  private size(): number {
    return fs.statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
  }
}
