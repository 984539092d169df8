import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { SandboxCredentials } from "../gateway/config";
import { writeFileAtomically } from "../system/files";

/**
 * The sandbox's own credentials, created at its first start and stored in `<home>/credentials.json`, readable only by
 * the owner.
 */
export function sandboxCredentials(home: string): SandboxCredentials {
  const file = path.join(home, "credentials.json");
  if (!fs.existsSync(file)) {
    // AKIA is the prefix of real AWS keys: this one must not look like one.
    const accessKeyId = `LOCAL${randomBytes(10).toString("hex").toUpperCase().slice(0, 15)}`;
    const secretAccessKey = randomBytes(30).toString("base64url");
    writeFileAtomically(file, `${JSON.stringify({ accessKeyId, secretAccessKey }, undefined, 2)}\n`, 0o600);
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as SandboxCredentials;
}
