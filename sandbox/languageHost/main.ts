/**
 * pulumi-language-nodejs: runs Node programs and policy packs for the Pulumi engine. The released CLI includes its own;
 * this one is used where the released CLI cannot be downloaded, and is built from the protocol files in @pulumi/pulumi.
 * The engine passes its own address as the last argument and reads the port from the first line of output.
 */
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { endHost } from "./children";
import { channelOptions, listen, withUnimplemented } from "./handlers";
import { languageRuntime } from "./service";

async function main(args: string[]): Promise<void> {
  const engine = args.at(-1);
  if (engine === undefined || !/^\S+:\d+$/.test(engine)) {
    throw new Error(
      `usage: pulumi-language-nodejs [--tracing ENDPOINT] ENGINE_ADDRESS, but the last argument is ${engine}`,
    );
  }
  const tracing = args.includes("--tracing") ? args[args.indexOf("--tracing") + 1] : undefined;

  // A killed CLI sends nothing; only stdin closes.
  process.stdin.on("end", () => void endHost(0)).on("error", () => void endHost(0));
  process.stdin.resume();
  process.on("SIGINT", () => void endHost(0));
  process.on("SIGTERM", () => void endHost(0));
  // The engine may close our output before it stops us.
  process.stdout.on("error", () => void endHost(0));

  const server = new grpc.Server(channelOptions);
  const service = LanguageRuntimeService as unknown as grpc.ServiceDefinition;
  server.addService(
    service,
    withUnimplemented(
      service,
      languageRuntime({ engine, tracing }),
      "not supported by the sandbox's language host; use the released Pulumi CLI",
    ),
  );
  process.stdout.write(`${await listen(server)}\n`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`pulumi-language-nodejs: ${error.message}\n`);
  void endHost(1);
});
