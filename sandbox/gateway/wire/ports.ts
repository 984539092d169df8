import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { portsToKeep } from "../../system/ports";

/** A port is already in use. The message names the variable that changes it. */
export class PortTakenError extends Error {
  constructor(
    readonly port: number,
    variable: string,
  ) {
    super(`Port ${port} is taken by another program. Stop that program, or set ${variable} to a free port (0: any).`);
    this.name = "PortTakenError";
  }
}

/**
 * Listens on 127.0.0.1 and returns the port; 0 picks a free one that can be kept for the next start. Throws
 * PortTakenError when the port is in use.
 */
export async function listen(server: Server, port: number, variable: string): Promise<number> {
  if (port !== 0) return listenAt(server, port, variable);
  for (const candidate of portsToKeep()) {
    try {
      return await listenAt(server, candidate, variable);
    } catch (error) {
      if (!(error instanceof PortTakenError)) throw error;
    }
  }
  return listenAt(server, 0, variable);
}

function listenAt(server: Server, port: number, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" || error.code === "EACCES" ? new PortTakenError(port, variable) : error);
    server.once("error", failed);
    server.listen({ host: "127.0.0.1", port }, () => {
      server.removeListener("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops a server: idle connections are closed at once, busy ones after a moment. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) {
    return;
  }
  await new Promise<void>((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), 1000);
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
    server.closeIdleConnections();
  });
}
