import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { writeFileAtomically } from "../system/files";

/** A random secret of one sandbox: created on first use, and stored in a file that only its owner can read. */
export function persistedSecret(file: string): string {
  if (!fs.existsSync(file)) {
    writeFileAtomically(file, randomBytes(32).toString("hex"), 0o600);
  }
  return fs.readFileSync(file, "utf8");
}
