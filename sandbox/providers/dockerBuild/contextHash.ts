import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { modeText, walkContext } from "../docker/buildContext";

/**
 * The released provider's hash of a build context (pulumi-docker-build provider/internal/context.go): the Dockerfile's
 * content, then each file's content, name, and mode. A link counts as its target; a link to a folder is skipped.
 */
export function contextHash(context: string, dockerfile: string): string {
  const hash = createHash("sha256");
  hash.update(fs.readFileSync(dockerfile));
  walkContext(context, dockerfile, ({ name, stats }) => {
    if (!stats.isFile() && !stats.isSymbolicLink()) return;
    let content: Buffer;
    try {
      content = fs.readFileSync(path.join(context, name));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EISDIR") return;
      throw new Error(`hashing build context: unable to hash build context: could not open "${name}": ${message}`);
    }
    hash.update(content).update(path.posix.normalize(name)).update(modeText(stats));
  });
  return hash.digest("hex");
}
