import * as path from "node:path";

/** What Linux takes for the path of a socket (unix(7), sun_path), in bytes without its end. */
const longestAddress = 107;

/**
 * The path by which this process reaches a socket: as it is, or from the current folder when that is too long.
 *
 * @throws Error when both are.
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
