import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { writeFileAtomically } from "../system/files";

/** A random secret of one sandbox: made when it is first asked for, kept in a file that its owner only can read. */
export function keptSecret(file: string): string {
  if (!fs.existsSync(file)) {
    writeFileAtomically(file, randomBytes(32).toString("hex"), 0o600);
  }
  return fs.readFileSync(file, "utf8");
}
