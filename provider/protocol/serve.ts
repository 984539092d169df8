import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ProviderDefinition } from "./definition";
import { ProviderService } from "./service";

/** A running provider server; `close` stops it immediately. */
export interface ProviderServer {
  readonly port: number;
  close(): void;
}

/** Serves a provider on a random free port of 127.0.0.1. */
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
 * The main program of a plugin. The engine passes its own address as the last argument, reads the port from stdout, and
 * keeps stdin open: when stdin ends, the engine is gone.
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
  // The engine stops plugins with SIGINT. Ctrl-C in a terminal does not reach them: they have their own process group.
  process.on("SIGINT", stop);
  process.stdout.write(`${server.port}\n`);
}
