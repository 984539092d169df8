import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const source = path.join(__dirname, "pack");

/**
 * A policy pack with all rules of @pulumi/awsguard. That library needs a years-old @pulumi/aws, so the pack is a
 * separate package, installed into the user's cache on first use.
 *
 * @returns The pack's folder.
 */
export async function awsguardPack(log: (line: string) => void): Promise<string> {
  const hash = createHash("sha256");
  for (const file of fs.readdirSync(source).sort()) hash.update(fs.readFileSync(path.join(source, file)));
  const cache = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  const folder = path.join(cache, "pulumi-ecr-sandbox", "awsguard", hash.digest("hex").slice(0, 16));
  if (fs.existsSync(folder)) return folder;
  log("installing @pulumi/awsguard (once, half a minute)");
  // Renamed only when complete, so that an interrupted installation is never used.
  const unfinished = `${folder}.${process.pid}.tmp`;
  fs.cpSync(source, unfinished, { recursive: true });
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: unfinished,
    encoding: "utf8",
  });
  if (npm.status !== 0) throw new Error(`npm ci of @pulumi/awsguard failed: ${npm.stderr}`);
  fs.renameSync(unfinished, folder);
  return folder;
}
