import * as fs from "node:fs/promises";
import type { ServerResponse } from "node:http";

const pieceBytes = 1 << 18;

/**
 * Sends a file with two pieces of memory that take turns. A stream would allocate as much as the file is long, and the
 * collector's work for it takes longer than all the rest.
 */
export async function sendFile(file: fs.FileHandle, response: ServerResponse): Promise<void> {
  let [free, full] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let sent: Promise<void> = Promise.resolve();
  for (;;) {
    const { bytesRead } = await file.read(free, 0, pieceBytes, null);
    // The piece before is read from until it is sent.
    await sent;
    if (bytesRead === 0) break;
    [free, full] = [full, free];
    sent = write(response, full.subarray(0, bytesRead));
    // It is waited for after the next piece was read; a failure until then is not lost.
    sent.catch(() => {});
  }
  response.end();
}

function write(response: ServerResponse, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // A client that goes away never takes the piece.
    const gone = () => reject(new Error("the client closed the connection"));
    response.once("close", gone);
    response.write(piece, (error) => {
      response.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Opens a file of Distribution's; `undefined` when it is not there. */
export async function openIfThere(file: string): Promise<fs.FileHandle | undefined> {
  try {
    return await fs.open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
