import * as grpc from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { ProviderDefinition } from "../../../provider/protocol/definition";
import { startProvider } from "../../../provider/protocol/serve";

export type Properties = Record<string, unknown>;
export const secretSignature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
/** What the engine sends for a value that a preview cannot know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function secret(value: unknown): Properties {
  return { ...secretSignature, value };
}

export interface Change {
  kind: string;
  replace: boolean;
}

/** Acts as the engine: calls a provider over gRPC, and collects what it logs. */
export class Engine {
  /** Permanent messages, such as `info: text`. */
  readonly logs: string[] = [];
  /** Ephemeral status messages. */
  readonly statuses: string[] = [];

  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly provider: { close(): void },
    private readonly server: grpc.Server,
  ) {}

  static async start<Config>(definition: ProviderDefinition<Config>): Promise<Engine> {
    const messages: LogRequest[] = [];
    let deliver = (message: LogRequest): unknown => messages.push(message);
    const server = new grpc.Server();
    server.addService(EngineService, {
      log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, callback: grpc.sendUnaryData<Empty>) => {
        deliver(call.request);
        callback(null, new Empty());
      },
    } as unknown as IEngineServer);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const provider = await startProvider(definition, `127.0.0.1:${port}`);
    const client = new ResourceProviderClient(`127.0.0.1:${provider.port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
    const engine = new Engine(client, provider, server);
    const severities = ["debug", "info", "warning", "error"];
    deliver = (message) => {
      if (message.getEphemeral()) engine.statuses.push(message.getMessage());
      else engine.logs.push(`${severities[message.getSeverity()]}: ${message.getMessage()}`);
    };
    return engine;
  }

  stop(): void {
    this.client.close();
    this.provider.close();
    this.server.forceShutdown();
  }

  async checkConfig(news: Properties): Promise<string[]> {
    const request = new pb.CheckRequest();
    request.setUrn(urn("pulumi:providers:test", "default"));
    request.setNews(struct(news));
    const response = await call<pb.CheckResponse>((done) => this.client.checkConfig(request, done));
    return response.getFailuresList().map((failure) => failure.getReason());
  }

  async configure(args: Properties = {}): Promise<void> {
    const handshake = new pb.ProviderHandshakeRequest();
    const accepted = await call<pb.ProviderHandshakeResponse>((done) => this.client.handshake(handshake, done));
    if (!accepted.getAcceptSecrets()) throw new Error("the provider is expected to accept secrets");
    const request = new pb.ConfigureRequest();
    request.setArgs(struct(args));
    request.setAcceptsecrets(true);
    await call((done) => this.client.configure(request, done));
  }

  async check(
    type: string,
    news: Properties,
    olds?: Properties,
    more?: (request: pb.CheckRequest) => void,
  ): Promise<{ inputs: Properties; failures: string[] }> {
    const request = new pb.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(struct(news));
    if (olds) request.setOlds(struct(olds));
    more?.(request);
    const response = await call<pb.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: plain(response.getInputs()),
      failures: response.getFailuresList().map((failure) => failure.getReason()),
    };
  }

  async diff(
    type: string,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    news: Properties,
    ignoreChanges: string[] = [],
  ): Promise<{ changes: Record<string, Change>; deleteBeforeReplace: boolean; replaces: string[] }> {
    const request = new pb.DiffRequest();
    request.setId(id);
    request.setUrn(urn(type));
    request.setOldInputs(struct(old.inputs));
    request.setOlds(struct(old.outputs));
    request.setNews(struct(news));
    request.setIgnorechangesList(ignoreChanges);
    const response = await call<pb.DiffResponse>((done) => this.client.diff(request, done));
    const kinds = ["add", "add", "delete", "delete", "update", "update"];
    const changes: Record<string, Change> = {};
    response.getDetaileddiffMap().forEach((detail: pb.PropertyDiff, path: string) => {
      changes[path] = { kind: kinds[detail.getKind()] ?? "", replace: detail.getKind() % 2 === 1 };
    });
    return {
      changes,
      deleteBeforeReplace: response.getDeletebeforereplace(),
      replaces: response.getReplacesList(),
    };
  }

  async create(type: string, inputs: Properties, preview = false): Promise<{ id: string; outputs: Properties }> {
    const request = new pb.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(struct(inputs));
    request.setPreview(preview);
    const response = await call<pb.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), outputs: plain(response.getProperties()) };
  }

  async read(
    type: string,
    id: string,
    old: { inputs?: Properties; outputs?: Properties } = {},
  ): Promise<{ id: string; inputs: Properties; outputs: Properties }> {
    const request = new pb.ReadRequest();
    request.setId(id);
    request.setUrn(urn(type));
    if (old.inputs) request.setInputs(struct(old.inputs));
    if (old.outputs) request.setProperties(struct(old.outputs));
    const response = await call<pb.ReadResponse>((done) => this.client.read(request, done));
    return { id: response.getId(), inputs: plain(response.getInputs()), outputs: plain(response.getProperties()) };
  }

  async update(
    type: string,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    news: Properties,
    preview = false,
  ): Promise<Properties> {
    const request = new pb.UpdateRequest();
    request.setId(id);
    request.setUrn(urn(type));
    request.setOldInputs(struct(old.inputs));
    request.setOlds(struct(old.outputs));
    request.setNews(struct(news));
    request.setPreview(preview);
    const response = await call<pb.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  async delete(type: string, id: string, outputs: Properties): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setId(id);
    request.setUrn(urn(type));
    request.setProperties(struct(outputs));
    await call((done) => this.client.delete(request, done));
  }

  async invoke(token: string, args: Properties = {}): Promise<Properties> {
    const request = new pb.InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    const response = await call<pb.InvokeResponse>((done) => this.client.invoke(request, done));
    return plain(response.getReturn());
  }

  async cancel(): Promise<void> {
    await call((done) => this.client.cancel(new Empty(), done));
  }
}

function urn(type: string, name = "petclinic"): string {
  return `urn:pulumi:local::ecr::${type}::${name}`;
}

function struct(values: Properties): Struct {
  return Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
}

function plain(value: Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}

function call<Response>(
  send: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error ? reject(new Error(error.details)) : resolve(response)));
  });
}
