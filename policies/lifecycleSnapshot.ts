import * as fs from "node:fs";
import { type LifecycleSnapshot, parseLifecycleSnapshot } from "../ecr/lifecyclePolicy";
import { programFiles, readPlainFile } from "./programFiles";

/** A snapshot as it was found, or why there is none. */
export interface FoundSnapshot {
  snapshot?: LifecycleSnapshot;
  /** In words: there is no such file, it cannot be read, it is none, it is old. */
  fault?: string;
}

/** A snapshot of 100,000 images has some 30 MB. */
const maximumBytes = 100_000_000;

const dayMilliseconds = 24 * 60 * 60 * 1000;
/** By path: one run of the engine is one process, and all of its lifecycle policies are judged by the same file. */
const found = new Map<string, FoundSnapshot>();
const told = new Set<string>();

/**
 * The snapshot that `npm run lifecycle -- snapshot` wrote, read when it is first asked for. Never throws.
 *
 * @param maxAgeDays An older snapshot is given all the same, with its age as a fault.
 */
export function findSnapshot(file: string, maxAgeDays: number): FoundSnapshot {
  const known = found.get(file);
  if (known !== undefined) {
    return known;
  }
  const snapshot = read(file, maxAgeDays);
  found.set(file, snapshot);
  return snapshot;
}

/** A file's fault the first time that it is asked for, and nothing from then on. */
export function faultOnce(file: string): string | undefined {
  if (told.has(file)) {
    return undefined;
  }
  told.add(file);
  return found.get(file)?.fault;
}

function read(file: string, maxAgeDays: number): FoundSnapshot {
  const place = programFiles(file).find((candidate) => fs.existsSync(candidate));
  if (place === undefined) {
    return { fault: "there is no such file" };
  }
  try {
    const text = readPlainFile(place, maximumBytes);
    if (text === undefined) return { fault: `it is not a file of at most ${maximumBytes.toLocaleString("en")} bytes` };
    const snapshot = parseLifecycleSnapshot(text, file);
    const days = (Date.now() - snapshot.takenAt.getTime()) / dayMilliseconds;
    return { snapshot, ...(days > maxAgeDays && { fault: `it is ${Math.floor(days)} days old` }) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message.replace(/\.$/, "") : "it cannot be read" };
  }
}
