import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ProviderDefinition } from "./definition";
import { ProviderService } from "./service";

/** A running provider server; `close` stops it at once. */
export interface ProviderServer {
  readonly port: number;
  close(): void;
}

/** Serves a provider on a port of 127.0.0.1 that the system chooses. */
export async function startProvider<Config>(
  definition: ProviderDefinition<Config>,
  engineAddress = "",
): Promise<ProviderServer> {
  const service = new ProviderService(definition, engineAddress);
  const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const server = new grpc.Server(unlimited);
  server.addService(ResourceProviderService, service.implementation());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    close() {
      service.close();
      server.forceShutdown();
    },
  };
}

/**
 * The main program of a plugin. The engine starts it with its own address as last argument, reads the port from its
 * standard output, and holds its standard input open: the end of that means that the engine is gone.
 */
export async function serve<Config>(definition: ProviderDefinition<Config>): Promise<void> {
  const engineAddress =
    process.argv
      .slice(2)
      .filter((argument) => !argument.startsWith("-"))
      .at(-1) ?? "";
  const server = await startProvider(definition, engineAddress);
  const stop = () => {
    server.close();
    process.exit(0);
  };
  process.stdin.on("end", stop);
  process.stdin.on("error", stop);
  process.stdin.resume();
  process.on("SIGTERM", stop);
  // The engine's way to end a plugin. A terminal's Ctrl-C does not come here: plugins have a process group of their own.
  process.on("SIGINT", stop);
  process.stdout.write(`${server.port}\n`);
}
