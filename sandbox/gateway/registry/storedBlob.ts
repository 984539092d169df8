import * as fs from "node:fs/promises";
import type { ServerResponse } from "node:http";

const pieceBytes = 1 << 18;

/**
 * Sends a file with two alternating buffers. A stream would allocate as much memory as the file is long, and collecting
 * that garbage would take longer than everything else.
 */
export async function sendFile(file: fs.FileHandle, response: ServerResponse): Promise<void> {
  let [free, full] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let sent: Promise<void> = Promise.resolve();
  for (;;) {
    const { bytesRead } = await file.read(free, 0, pieceBytes, null);
    // The previous buffer is in use until it is sent.
    await sent;
    if (bytesRead === 0) break;
    [free, full] = [full, free];
    sent = write(response, full.subarray(0, bytesRead));
    // It is awaited after the next read; until then this keeps its rejection from counting as unhandled.
    sent.catch(() => {});
  }
  response.end();
}

function write(response: ServerResponse, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // A disconnected client would leave the write pending forever.
    const gone = () => reject(new Error("the client closed the connection"));
    response.once("close", gone);
    response.write(piece, (error) => {
      response.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Opens one of Distribution's files; `undefined` when it does not exist. */
export async function openIfExists(file: string): Promise<fs.FileHandle | undefined> {
  try {
    return await fs.open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
