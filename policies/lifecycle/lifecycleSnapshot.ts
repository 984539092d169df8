import * as fs from "node:fs";
import { type LifecycleSnapshot, parseLifecycleSnapshot } from "../../ecr/lifecyclePolicy";
import { programFiles, readPlainFile } from "../engine/programFiles";

/** A snapshot, what is wrong with it, or both. */
export interface SnapshotResult {
  snapshot?: LifecycleSnapshot;
  /** As messages say it: the file does not exist, cannot be read, is not a snapshot, or is old. */
  fault?: string;
}

/** Maximum size; a snapshot of 100,000 images has about 30 MB. */
const maximumBytes = 100_000_000;

const dayMilliseconds = 24 * 60 * 60 * 1000;
/**
 * Cached by path: the engine starts a process for each run, and all lifecycle policies in it are compared with the same
 * file.
 */
const found = new Map<string, SnapshotResult>();
const reportedFiles = new Set<string>();

/**
 * The snapshot that `npm run lifecycle -- snapshot` wrote, read on first use. Never throws.
 *
 * @param maxAgeDays An older snapshot is returned all the same, with its age as a fault.
 */
export function findSnapshot(file: string, maxAgeDays: number): SnapshotResult {
  const known = found.get(file);
  if (known !== undefined) {
    return known;
  }
  const snapshot = read(file, maxAgeDays);
  found.set(file, snapshot);
  return snapshot;
}

/** A file's fault on the first call, and `undefined` from then on. */
export function takeFault(file: string): string | undefined {
  if (reportedFiles.has(file)) {
    return undefined;
  }
  reportedFiles.add(file);
  return found.get(file)?.fault;
}

function read(file: string, maxAgeDays: number): SnapshotResult {
  const existing = programFiles(file).find((candidate) => fs.existsSync(candidate));
  if (existing === undefined) {
    return { fault: "the file does not exist" };
  }
  try {
    const text = readPlainFile(existing, maximumBytes);
    if (text === undefined) return { fault: `it is not a file of at most ${maximumBytes.toLocaleString("en")} bytes` };
    const snapshot = parseLifecycleSnapshot(text, file);
    const days = (Date.now() - snapshot.takenAt.getTime()) / dayMilliseconds;
    return { snapshot, ...(days > maxAgeDays && { fault: `it is ${Math.floor(days)} days old` }) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message.replace(/\.$/, "") : "it cannot be read" };
  }
}
