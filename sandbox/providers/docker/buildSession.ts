import { randomBytes, randomUUID } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { BinaryWriter } from "google-protobuf";
import type { RegistryAuth } from "./credentials";
import type { DockerEngine } from "./dockerEngine";
import { readStrings } from "./progress";

export interface BuildSession {
  readonly id: string;
  close(): void;
}

/**
 * BuildKit requests credentials during the build over a connection on which the daemon is the client and this process
 * is the server (`moby.filesync.v1.Auth`). It serves nothing but the credentials of this build.
 */
export async function startBuildSession(
  engine: DockerEngine,
  auths: Readonly<Record<string, RegistryAuth>>,
): Promise<BuildSession> {
  const server = new grpc.Server();
  server.addService(
    { credentials: unary("/moby.filesync.v1.Auth/Credentials") },
    {
      credentials: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
        const host = readStrings(call.request).get(1) ?? "";
        const auth = auths[host === "registry-1.docker.io" ? "https://index.docker.io/v1/" : host];
        const response = new BinaryWriter();
        if (auth) {
          response.writeString(1, auth.username);
          response.writeString(2, auth.password);
        }
        callback(null, Buffer.from(response.getResultBuffer()));
      },
    },
  );
  server.addService(
    { check: unary("/grpc.health.v1.Health/Check") },
    {
      check: (_: unknown, callback: grpc.sendUnaryData<Buffer>) => {
        const serving = new BinaryWriter();
        serving.writeEnum(1, 1);
        callback(null, Buffer.from(serving.getResultBuffer()));
      },
    },
  );
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const id = randomUUID().replaceAll("-", "").slice(0, 25);
  const connection = await engine.hijack(
    "/session",
    {
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "",
      "X-Docker-Expose-Session-Sharedkey": randomBytes(16).toString("hex"),
      "X-Docker-Expose-Session-Grpc-Method": ["/moby.filesync.v1.Auth/Credentials", "/grpc.health.v1.Health/Check"],
    },
    "h2c",
  );
  connection.on("error", () => {});
  injector.injectConnection(connection);
  return {
    id,
    close() {
      injector.destroy();
      connection.destroy();
      server.forceShutdown();
    },
  };
}

function unary(path: string): grpc.MethodDefinition<Buffer, Buffer> {
  const asIs = (message: Buffer) => message;
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}
