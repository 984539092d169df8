import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runOrThrow } from "../system/commands";
import { createAtomically } from "../system/files";
import type { Progress } from "../system/progress";

const probeMilliseconds = 3000;
const downloadMilliseconds = 15 * 60 * 1000;

/**
 * Location of a release: the archives and their checksums are on different hosts, so that neither host alone can forge
 * one.
 */
export interface ReleaseAddresses {
  /** Folder of the archives. */
  archives: string;
  /** Folder with a folder for each release, which has the list of checksums. */
  checksums: string;
}

const pulumiAddresses: ReleaseAddresses = {
  archives: "https://get.pulumi.com/releases/sdk",
  checksums: "https://github.com/pulumi/pulumi/releases/download",
};

export interface Download {
  version: string;
  /** Folder for the release's `bin/`. Created atomically. */
  target: string;
  progress: Progress;
  /** @default Pulumi's own */
  addresses?: ReleaseAddresses;
}

/**
 * Downloads the released CLI with its language hosts, and verifies it against the release's checksums before use. The
 * npm launcher does the same with a script from the web, stored in the shared temporary folder under a predictable
 * name, so it is not used.
 *
 * @returns false, within three seconds, when the download locations cannot be reached
 */
export async function downloadEngine(options: Download): Promise<boolean> {
  const { version, target, progress, addresses = pulumiAddresses } = options;
  const archive = `pulumi-v${version}-linux-${process.arch}.tar.gz`;
  const archiveAddress = `${addresses.archives}/${archive}`;
  const listAddress = `${addresses.checksums}/v${version}/pulumi-${version}-checksums.txt`;
  if (!(await Promise.all([archiveAddress, listAddress].map(isReachable))).every(Boolean)) return false;
  progress(`downloading the released CLI ${version}`);
  const expected = checksumIn(await (await get(listAddress)).text(), archive, listAddress);
  // An existing folder cannot be an installation here, and would prevent the download.
  fs.rmSync(target, { recursive: true, force: true });
  await createAtomically(target, async (temporary) => {
    const file = path.join(temporary, archive);
    const found = await download(archiveAddress, file);
    if (found !== expected) {
      throw new Error(
        `${archiveAddress} has the checksum ${found}, not ${expected} of ${listAddress}. It was not used.`,
      );
    }
    const release = path.join(temporary, "release");
    fs.mkdirSync(path.join(release, "bin"), { recursive: true });
    await runOrThrow("tar", ["-xzf", file, "--no-same-owner", "--strip-components=1", "-C", path.join(release, "bin")]);
    const missing = ["pulumi", "pulumi-language-nodejs"].filter(
      (name) => !fs.existsSync(path.join(release, "bin", name)),
    );
    if (missing.length > 0) throw new Error(`${archiveAddress} lacks ${missing.join(" and ")}`);
    return release;
  });
  return true;
}

/** A file's SHA-256 in a list in sha256sum's format. */
function checksumIn(list: string, file: string, address: string): string {
  const line = list.split("\n").find((each) => each.trim().split(/\s+\*?/)[1] === file);
  const checksum = /^[0-9a-f]{64}(?=\s)/.exec(line?.trim() ?? "")?.[0];
  if (checksum === undefined) throw new Error(`${address} lists no checksum for ${file}`);
  return checksum;
}

/** Downloads a file; returns its SHA-256. */
async function download(address: string, file: string): Promise<string> {
  const { body } = await get(address);
  if (body === null) throw new Error(`${address} is empty`);
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), hashing, fs.createWriteStream(file));
  return hash.digest("hex");
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address, { signal: AbortSignal.timeout(downloadMilliseconds) });
  if (!response.ok) throw new Error(`${address} answered with status ${response.status}`);
  return response;
}

async function isReachable(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(probeMilliseconds) });
    return response.ok;
  } catch {
    return false;
  }
}
