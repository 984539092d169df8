import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import { createInterface } from "node:readline";
import { type EngineEvent, RunRecord } from "./runRecord";

/** The CLI's log of one run, read while it is written. */
export interface EventLog {
  /** Arguments for the CLI. */
  args: readonly string[];
  /** Ends the log and returns its content. */
  end(): Promise<RunRecord>;
}

/** Not an event: `end` writes it, so that everything before it has been read. */
const endMark = "end";

/**
 * A log that the CLI writes to a pipe. Events contain registry tokens in clear text, so they must never reach the disk.
 *
 * @param file Path of the pipe to create.
 * @returns `undefined` where named pipes do not exist: on Windows.
 */
export function openEventLog(file: string): EventLog | undefined {
  if (spawnSync("mkfifo", ["-m", "600", file]).status !== 0) return undefined;
  // Opened for reading and writing, so that opening never blocks, even if the CLI never opens it. Wrapped in a socket,
  // because a file read without a writer would keep this process alive.
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

/** Debug messages make up most of a log and are not needed here. */
const debugMarker = '"severity":"debug"';

/** A line of the log is one event, as JSON. */
function eventOf(line: string): EngineEvent {
  if (line.includes(debugMarker)) return {};
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? event : {};
  } catch {
    // The CLI was killed in the middle of the line.
    return {};
  }
}
