import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { DockerArchive } from "../../oci/dockerArchive";

/** What is kept of what the client says on its error output. */
const mostWords = 4096;

export interface ExportedImage {
  /** What messages are about, such as `localImage: "app:1"`. */
  subject: string;
  /** The image's id: its name may lead elsewhere by now. */
  id: string;
  /** Address of the engine. @default what the `docker` client follows: DOCKER_HOST, its context */
  host: string | undefined;
  /** One of an index, or the one that a single image must have. */
  platform: string | undefined;
  /** What to do when the client does not give it. @default nothing to say */
  ifGone?: string;
}

/**
 * Has the `docker` client export an image, and gives it unpacked; the folder that it is in is gone afterwards. The client
 * knows contexts, ssh and TLS.
 *
 * @param use gets the digest of the manifest or index that was asked for, too
 * @throws Error with what the client, or who reads the archive, says.
 */
export async function withExportedImage<T>(
  { subject, id, host, platform, ifGone = "" }: ExportedImage,
  signal: AbortSignal,
  use: (archive: DockerArchive, digest: string) => Promise<T>,
): Promise<T> {
  // Readable by nobody else.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "docker-image-"));
  try {
    const args = [...(host ? ["--host", host] : []), "image", "save", id];
    const refuse = (error: Error, advice = "") => {
      throw new Error(`${subject} (${id}) cannot be taken from Docker: ${error.message}${advice}`);
    };
    const archive = await exportTo(folder, args, signal).catch((error) => refuse(error, ifGone && `. ${ifGone}`));
    return await use(archive, await archive.image(id, platform).catch((error) => refuse(error)));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function exportTo(folder: string, args: readonly string[], signal: AbortSignal): Promise<DockerArchive> {
  const client = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"], signal });
  let words = "";
  client.stderr.setEncoding("utf8").on("data", (part: string) => {
    words = (words + part).slice(0, mostWords);
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    client.on("error", resolve);
    client.on("close", (code) =>
      resolve(code === 0 ? undefined : new Error(words.trim() || `docker ends with ${code}`)),
    );
  });
  const read = await DockerArchive.read(client.stdout, folder).catch((error: Error) => error);
  // A client whose archive is refused has nobody to write to, and fails of that; one that fails leaves a cut archive.
  const isRefused = read instanceof Error && !client.stdout.readableEnded;
  if (isRefused) client.stdout.destroy();
  const failure = await ended;
  if (failure !== undefined && !isRefused) throw failure;
  if (read instanceof Error) throw read;
  return read;
}
