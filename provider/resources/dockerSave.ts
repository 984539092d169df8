import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { DockerArchive } from "../../oci/dockerArchive";

/** Limit on the characters kept of the client's stderr. */
const maximumStderr = 4096;

export interface ExportedImage {
  /** Subject of error messages, such as `localImage: "app:1"`. */
  subject: string;
  /** The image ID, because the name may point to another image by now. */
  id: string;
  /** Address of the engine. @default what the `docker` client uses: DOCKER_HOST, its context */
  host: string | undefined;
  /** Platform to select from an index, or that a single image must have. */
  platform: string | undefined;
  /** What to do when the client no longer has the image. @default no advice */
  adviceIfMissing?: string;
}

/**
 * Exports an image with the `docker` client and unpacks it to a folder that is deleted afterwards. The client supports
 * contexts, ssh, and TLS.
 *
 * @param use Also receives the digest of the requested manifest or index.
 * @throws Error with the message of the client or of the archive reader.
 */
export async function withExportedImage<T>(
  { subject, id, host, platform, adviceIfMissing = "" }: ExportedImage,
  signal: AbortSignal,
  use: (archive: DockerArchive, digest: string) => Promise<T>,
): Promise<T> {
  // Readable only by this user.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "docker-image-"));
  try {
    const args = [...(host ? ["--host", host] : []), "image", "save", id];
    const refuse = (error: Error, advice = "") => {
      throw new Error(`${subject} (${id}) cannot be taken from Docker: ${error.message}${advice}`);
    };
    const archive = await exportTo(folder, args, signal).catch((error) =>
      refuse(error, adviceIfMissing && `. ${adviceIfMissing}`),
    );
    return await use(archive, await archive.image(id, platform).catch((error) => refuse(error)));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function exportTo(folder: string, args: readonly string[], signal: AbortSignal): Promise<DockerArchive> {
  const client = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"], signal });
  let words = "";
  client.stderr.setEncoding("utf8").on("data", (part: string) => {
    words = (words + part).slice(0, maximumStderr);
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    client.on("error", resolve);
    client.on("close", (code) =>
      resolve(code === 0 ? undefined : new Error(words.trim() || `docker ends with ${code}`)),
    );
  });
  const read = await DockerArchive.read(client.stdout, folder).catch((error: Error) => error);
  // Rejecting the archive closes the client's output, so the client fails as well: report the archive's error. When the
  // client fails by itself, the archive is only truncated: report the client's error.
  const isRefused = read instanceof Error && !client.stdout.readableEnded;
  if (isRefused) client.stdout.destroy();
  const failure = await ended;
  if (failure !== undefined && !isRefused) throw failure;
  if (read instanceof Error) throw read;
  return read;
}
