import * as path from "node:path";

/** Maximum length of a socket path on Linux (unix(7), sun_path), in bytes without the terminator. */
const longestAddress = 107;

/**
 * The path for connecting to a socket: unchanged, or relative to the current folder when it is too long.
 *
 * @throws Error when both are too long.
 */
export function socketAddress(file: string): string {
  const address = [file, path.relative(process.cwd(), file)].find((each) => Buffer.byteLength(each) <= longestAddress);
  if (address === undefined) {
    throw new Error(
      `SANDBOX_HOME: found a folder whose socket ${file} has a path of ${Buffer.byteLength(file)} bytes. ` +
        `Must be at most ${longestAddress}. Set SANDBOX_HOME to a folder nearer to the root.`,
    );
  }
  return address;
}
