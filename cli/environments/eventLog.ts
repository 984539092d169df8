import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import { createInterface } from "node:readline";
import { type EngineEvent, RunRecord } from "./runRecord";

/** The CLI's log of one run, as it is written. */
export interface EventLog {
  /** What to tell the CLI. */
  args: readonly string[];
  /** Ends the log, and gives what was in it. */
  end(): Promise<RunRecord>;
}

/** What no event is: written by `end`, so that everything before it has been read. */
const endMark = "end";

/**
 * A log that the CLI writes into a pipe. The events have registry tokens in clear: they never reach the disk.
 *
 * @param file Where the pipe is made.
 * @returns `undefined` where there are no named pipes: Windows.
 */
export function openEventLog(file: string): EventLog | undefined {
  if (spawnSync("mkfifo", ["-m", "600", file]).status !== 0) return undefined;
  // Both ways, so that neither opening it nor a CLI that never does waits for somebody else; as a socket, since a read of a
  // file that nobody writes to any more would keep this process.
  const pipe = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  const input = new net.Socket({ fd: pipe, readable: true, writable: true });
  const record = new RunRecord();
  const lines = createInterface({ input });
  const ended = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      if (line === endMark) {
        lines.close();
        input.destroy();
        resolve();
      } else {
        record.add(eventOf(line));
      }
    });
  });
  return {
    args: ["--event-log", file],
    end: async () => {
      input.write(`\n${endMark}\n`);
      await ended;
      return record;
    },
  };
}

/** What the CLI says of how it works is most of a log, and of no use here. */
const debugging = '"severity":"debug"';

/** A line of the log is one event, as JSON. */
function eventOf(line: string): EngineEvent {
  if (line.includes(debugging)) return {};
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? event : {};
  } catch {
    // The CLI was killed in the middle of the line.
    return {};
  }
}
