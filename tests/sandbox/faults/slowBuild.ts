import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../../../sandbox/system/commands";
import { processesWithArgument } from "../../../sandbox/system/processes";
import { findProgram } from "../../../sandbox/system/programs";
import { waitUntil } from "../../../sandbox/system/waitUntil";

/** Long enough to interrupt, short enough to wait for. */
const seconds = 6;

/** Writes the build context of an image of a few random bytes. */
export function writeContext(directory: string): void {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, "data"), String(randomInt(2 ** 40)));
  fs.writeFileSync(path.join(directory, "Dockerfile"), "FROM scratch\nCOPY data /\n");
}

/**
 * Writes the build context of an image whose build takes some seconds: it runs this machine's `sleep`, copied with its
 * libraries so that no base image is needed.
 *
 * @returns A function that waits until the build runs `sleep`.
 */
export async function writeSlowContext(directory: string): Promise<(unlessEnded: () => boolean) => Promise<boolean>> {
  writeContext(directory);
  const sleep = findProgram("sleep") ?? "";
  const libraries = [...(await runOrThrow("ldd", [sleep])).matchAll(/(\/\S+) \(0x/g)].map(([, file = ""]) => file);
  for (const [from, to] of [[sleep, "/bin/sleep"], ...libraries.map((file) => [file, file])] as [string, string][]) {
    fs.mkdirSync(path.join(directory, path.dirname(to)), { recursive: true });
    fs.copyFileSync(from, path.join(directory, to));
  }
  // A duration that no other process on the machine uses.
  const time = `${seconds}.${randomInt(10 ** 9, 10 ** 10)}`;
  fs.writeFileSync(path.join(directory, "Dockerfile"), `FROM scratch\nCOPY . /\nRUN ["/bin/sleep", "${time}"]\n`);
  return (unlessEnded) => waitUntil(() => unlessEnded() || processesWithArgument(time).length > 0, 60_000, 20);
}
