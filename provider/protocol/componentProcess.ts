import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as pb from "@pulumi/pulumi/proto/provider_pb";

/**
 * The process that creates a package's components: a separate provider, run by the SDK's `pulumi.provider.main` and
 * started for the first component. It loads the SDKs, which takes longer than everything else a provider does, and
 * isolates failures.
 */
export class ComponentProcess {
  private child: ChildProcess | undefined;
  private started: Promise<ResourceProviderClient> | undefined;

  constructor(
    /** The program that Node runs. */
    private readonly program: string,
    private readonly engineAddress: string,
  ) {}

  async construct(request: pb.ConstructRequest): Promise<pb.ConstructResponse> {
    this.started ??= this.start();
    const client = await this.started;
    return new Promise((resolve, reject) => {
      client.construct(request, (error, response) =>
        error === null ? resolve(response) : reject(new Error(error.details || error.message)),
      );
    });
  }

  close(): void {
    this.child?.kill("SIGKILL");
  }

  private start(): Promise<ResourceProviderClient> {
    // Its stdin is closed when this process ends for any reason, which stops it.
    const child = spawn(process.execPath, [this.program, this.engineAddress], { stdio: ["pipe", "pipe", "inherit"] });
    this.child = child;
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${this.program} ended with exit code ${code}`)));
      createInterface(child.stdout).once("line", (port) => {
        child.stdout.resume();
        const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
        resolve(new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), unlimited));
      });
    });
  }
}
