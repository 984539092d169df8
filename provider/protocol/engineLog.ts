import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Severity } from "./definition";

const severities: Record<Severity, LogSeverity> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/**
 * Sends messages to the engine, in order. A message that cannot be delivered is dropped: logging must never fail a
 * deployment.
 */
export class EngineLog {
  private client: EngineClient | undefined;
  private pending: Promise<void> = Promise.resolve();

  connect(address: string): void {
    if (!address) return;
    this.client?.close();
    this.client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  send(urn: string, severity: Severity, message: string, ephemeral: boolean): void {
    const client = this.client;
    if (!client) return;
    const request = new LogRequest();
    request.setSeverity(severities[severity]);
    // The engine rejects text that is not valid UTF-8, such as half a surrogate pair.
    request.setMessage(Buffer.from(message).toString());
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    this.pending = this.pending.then(
      () =>
        new Promise((resolve) => {
          client.log(request, new grpc.Metadata(), { deadline: Date.now() + 10_000 }, () => resolve());
        }),
    );
  }

  /** Resolves when everything sent so far has arrived; awaited before a response, so that messages precede it. */
  flush(): Promise<void> {
    return this.pending;
  }

  close(): void {
    this.client?.close();
  }
}
