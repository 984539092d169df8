import { readGatewayConfig } from "./config";
import { startGateway } from "./gateway";
import { PortTakenError } from "./wire/ports";

/** `node gateway.cjs <config.json>`: runs the gateway until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const file = process.argv[2];
  if (file === undefined) {
    throw new Error("usage: gateway <config.json>");
  }
  const config = readGatewayConfig(file);
  const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);
  const gateway = await startGateway(config, { log, logRequests: log });
  log(`AWS endpoint ${gateway.endpoint}, public registry ${gateway.publicRegistry}`);
  const stop = () => {
    void gateway.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof PortTakenError ? error.message : error);
  process.exit(1);
});
