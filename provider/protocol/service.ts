import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ComponentProcess } from "./componentProcess";
import type { CallContext, CheckRequest, ProviderDefinition, ResourceHandler } from "./definition";
import { EngineLog } from "./engineLog";
import { diffKind, mergedSecrets, printableMessage, toFailure, topLevelOf } from "./responses";
import { messageOf, typeOf } from "./urn";
import { type DecodedProperties, decode, encode, type PropertyMap, SecretPaths } from "./values";

type Handler<Request, Response> = (request: Request) => Promise<Response>;

/**
 * The ResourceProvider service of the engine's protocol (`pulumirpc.ResourceProvider`) on top of a ProviderDefinition.
 * Secrets are accepted and unwrapped here, so that handlers see plain values; results at the path of a secret input
 * become secret again.
 */
export class ProviderService<Config> {
  private readonly log = new EngineLog();
  private readonly running = new Set<AbortController>();
  private cancelled = false;
  private config: { readonly value: Config } | undefined;
  private configSecrets = new SecretPaths();
  private readonly components: ComponentProcess | undefined;

  constructor(
    private readonly definition: ProviderDefinition<Config>,
    engineAddress = "",
  ) {
    const { components } = definition;
    this.components = components === undefined ? undefined : new ComponentProcess(components, engineAddress);
    this.log.connect(engineAddress);
  }

  /** Aborts running operations and those that start later. */
  cancel(): void {
    this.cancelled = true;
    for (const controller of this.running) controller.abort();
  }

  close(): void {
    this.cancel();
    this.components?.close();
    this.log.close();
  }

  implementation(): IResourceProviderServer {
    const methods = {
      handshake: this.wrap((request: pb.ProviderHandshakeRequest) => this.handshake(request)),
      getSchema: this.wrap(async () => {
        const response = new pb.GetSchemaResponse();
        const { name, version, schema = () => JSON.stringify({ name, version }) } = this.definition;
        response.setSchema(schema());
        return response;
      }),
      checkConfig: this.wrap((request: pb.CheckRequest) => this.checkConfig(request)),
      diffConfig: this.wrap((request: pb.DiffRequest) => this.diffConfig(request)),
      configure: this.wrap((request: pb.ConfigureRequest) => this.configure(request)),
      check: this.wrap((request: pb.CheckRequest) => this.check(request)),
      diff: this.wrap((request: pb.DiffRequest) => this.diff(request)),
      create: this.wrap((request: pb.CreateRequest) => this.create(request)),
      read: this.wrap((request: pb.ReadRequest) => this.read(request)),
      update: this.wrap((request: pb.UpdateRequest) => this.update(request)),
      delete: this.wrap((request: pb.DeleteRequest) => this.delete(request)),
      invoke: this.wrap((request: pb.InvokeRequest) => this.invoke(request)),
      cancel: this.wrap(async () => {
        this.cancel();
        return new Empty();
      }),
      getPluginInfo: this.wrap(async () => {
        const info = new PluginInfo();
        info.setVersion(this.definition.version);
        return info;
      }),
      attach: this.wrap(async (request: { getAddress(): string }) => {
        this.log.connect(request.getAddress());
        return new Empty();
      }),
    };
    const unimplemented = (call: string) => (_: unknown, callback: grpc.sendUnaryData<never>) =>
      callback({ code: grpc.status.UNIMPLEMENTED, details: `${this.definition.name} does not implement ${call}` });
    return {
      ...methods,
      parameterize: unimplemented("Parameterize"),
      call: unimplemented("Call"),
      construct: this.components
        ? this.wrap((request: pb.ConstructRequest) => this.construct(request))
        : unimplemented("Construct"),
      getMapping: unimplemented("GetMapping"),
      getMappings: unimplemented("GetMappings"),
      list: (call: grpc.ServerWritableStream<pb.ListRequest, pb.ListResponse>) => {
        call.emit("error", {
          code: grpc.status.UNIMPLEMENTED,
          details: `${this.definition.name} does not implement List`,
        });
      },
    } as IResourceProviderServer;
  }

  /** An exception in a handler would reach the engine as "Unknown error", without its message. */
  private wrap<Request, Response>(handler: Handler<Request, Response>) {
    return (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>): void => {
      const finish = async (send: () => void) => {
        await this.log.flush();
        send();
      };
      Promise.resolve()
        .then(() => handler(call.request))
        .then(
          (response) => finish(() => callback(null, response)),
          (error: unknown) =>
            finish(() => callback({ code: grpc.status.UNKNOWN, details: printableMessage(messageOf(error)) })),
        );
    };
  }

  /** Runs one operation with its own context; the operation's secrets are redacted in its errors. */
  private async run<T>(
    urn: string,
    preview: boolean,
    secrets: SecretPaths,
    operation: (context: CallContext) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    if (this.cancelled) controller.abort();
    this.running.add(controller);
    const redact = (text: string) => this.configSecrets.redact(secrets.redact(text));
    const context: CallContext = {
      urn,
      preview,
      signal: controller.signal,
      log: (severity, message) => this.log.send(urn, severity, printableMessage(redact(message)), false),
      status: (message) => this.log.send(urn, "info", printableMessage(redact(message)), true),
    };
    try {
      if (this.cancelled) throw new Error("cancelled");
      return await operation(context);
    } catch (error) {
      throw new Error(controller.signal.aborted ? `cancelled: ${redact(messageOf(error))}` : redact(messageOf(error)));
    } finally {
      this.running.delete(controller);
    }
  }

  private async handshake(request: pb.ProviderHandshakeRequest): Promise<pb.ProviderHandshakeResponse> {
    this.log.connect(request.getEngineAddress());
    const response = new pb.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(this.components !== undefined);
    response.setAcceptOutputs(this.components !== undefined);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  private async checkConfig(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    const news = decode(request.getNews());
    const failures = await this.definition.checkConfig(news.values);
    const response = new pb.CheckResponse();
    // Unparsed: provider inputs that are not strings arrive as JSON strings, and the engine stores them that way.
    response.setInputs(request.getNews());
    response.setFailuresList(failures.map(toFailure));
    return response;
  }

  private async diffConfig(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    const olds = decode(request.getOldInputs() ?? request.getOlds()).values;
    const news = decode(request.getNews()).values;
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
    );
    const response = new pb.DiffResponse();
    // Never a replacement, which would replace every resource of the provider; each resource compares its own region.
    response.setChanges(
      changed.length > 0 ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setDiffsList(changed);
    return response;
  }

  private async configure(request: pb.ConfigureRequest): Promise<pb.ConfigureResponse> {
    const config = decode(request.getArgs());
    this.configSecrets = config.secrets;
    this.config = {
      value: await this.run("", false, config.secrets, (context) => this.definition.configure(config.values, context)),
    };
    const response = new pb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    response.setAcceptresources(this.components !== undefined);
    response.setAcceptoutputs(this.components !== undefined);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  private async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    const response = new pb.CheckResponse();
    const type = typeOf(request.getUrn());
    const handler = this.definition.resources.find((candidate) => candidate.type === type);
    if (!handler) {
      response.setInputs(request.getNews());
      response.setFailuresList([toFailure({ property: "", reason: this.unsupportedType(type) })]);
      return response;
    }
    const olds = decode(request.getOlds());
    const news = decode(request.getNews());
    const autonaming = request.getAutonaming();
    const modes = ["propose", "enforce", "disabled"] as const;
    const check: CheckRequest = {
      olds: olds.values,
      news: news.values,
      randomSeed: request.getRandomseed_asU8(),
      autonaming: autonaming && {
        mode: modes[autonaming.getMode()] ?? "propose",
        proposedName: autonaming.getProposedName(),
      },
    };
    const result = await this.run(request.getUrn(), true, news.secrets, (context) =>
      handler.check(check, this.configured(), context),
    );
    response.setInputs(encode(result.inputs, news.secrets));
    response.setFailuresList(
      (result.failures ?? []).map((failure) => toFailure({ ...failure, reason: news.secrets.redact(failure.reason) })),
    );
    return response;
  }

  private async diff(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    const handler = this.handler(request.getUrn());
    const oldInputs = decode(request.getOldInputs());
    const oldOutputs = decode(request.getOlds());
    const news = decode(request.getNews());
    const result = await this.run(request.getUrn(), true, mergedSecrets(oldInputs, oldOutputs, news), (context) =>
      handler.diff(
        {
          id: request.getId(),
          oldInputs: oldInputs.values,
          oldOutputs: oldOutputs.values,
          news: news.values,
          ignoreChanges: request.getIgnorechangesList(),
        },
        this.configured(),
        context,
      ),
    );
    const entries = Object.entries(result.changes);
    const response = new pb.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
    response.setChanges(entries.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setHasdetaileddiff(true);
    for (const [path, change] of entries) {
      const detail = new pb.PropertyDiff();
      detail.setKind(diffKind(change.kind, change.replace === true));
      detail.setInputdiff(change.inputDiff === true);
      response.getDetaileddiffMap().set(path, detail);
    }
    const topLevel = (paths: [string, unknown][]) => [...new Set(paths.map(([path]) => topLevelOf(path)))];
    response.setDiffsList(topLevel(entries));
    response.setReplacesList(topLevel(entries.filter(([, change]) => change.replace === true)));
    response.setDeletebeforereplace(result.deleteBeforeReplace === true);
    return response;
  }

  private async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    const handler = this.handler(request.getUrn());
    const inputs = decode(request.getProperties());
    const state = await this.run(request.getUrn(), request.getPreview(), inputs.secrets, (context) =>
      handler.create(inputs.values, this.configured(), context),
    );
    const response = new pb.CreateResponse();
    response.setId(state.id);
    response.setProperties(encode(state.outputs, inputs.secrets));
    return response;
  }

  private async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const handler = this.handler(request.getUrn());
    const inputs = decode(request.getInputs());
    const outputs = decode(request.getProperties());
    const secrets = mergedSecrets(inputs, outputs);
    const result = await this.run(request.getUrn(), false, secrets, (context) =>
      handler.read({ id: request.getId(), inputs: inputs.values, outputs: outputs.values }, this.configured(), context),
    );
    const response = new pb.ReadResponse();
    if (result) {
      response.setId(result.id);
      response.setInputs(encode(result.inputs, inputs.secrets));
      response.setProperties(encode(result.outputs, secrets));
    }
    return response;
  }

  private async update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    const handler = this.handler(request.getUrn());
    const oldInputs = decode(request.getOldInputs());
    const oldOutputs = decode(request.getOlds());
    const news = decode(request.getNews());
    const secrets = mergedSecrets(oldInputs, oldOutputs, news);
    const outputs = await this.run(request.getUrn(), request.getPreview(), secrets, (context) =>
      handler.update(
        { id: request.getId(), oldInputs: oldInputs.values, oldOutputs: oldOutputs.values, news: news.values },
        this.configured(),
        context,
      ),
    );
    const response = new pb.UpdateResponse();
    response.setProperties(encode(outputs, news.secrets));
    return response;
  }

  private async delete(request: pb.DeleteRequest): Promise<Empty> {
    const handler = this.handler(request.getUrn());
    const outputs = decode(request.getProperties());
    await this.run(request.getUrn(), false, outputs.secrets, (context) =>
      handler.delete({ id: request.getId(), outputs: outputs.values }, this.configured(), context),
    );
    return new Empty();
  }

  private async invoke(request: pb.InvokeRequest): Promise<pb.InvokeResponse> {
    const token = request.getTok();
    const handler = this.definition.functions.find((candidate) => candidate.token === token);
    if (!handler) {
      const functions = this.definition.functions.map((candidate) => candidate.token);
      throw new Error(this.unsupported(token, functions));
    }
    const args: DecodedProperties = decode(request.getArgs());
    const result: PropertyMap = await this.run("", request.getPreview(), args.secrets, async (context) => {
      try {
        return await handler.invoke(args.values, this.configured(), context);
      } catch (error) {
        throw new Error(`invoking ${token}: ${messageOf(error)}`);
      }
    });
    const response = new pb.InvokeResponse();
    response.setReturn(encode(result));
    return response;
  }

  private async construct(request: pb.ConstructRequest): Promise<pb.ConstructResponse> {
    const { secrets } = decode(request.getInputs());
    return this.run("", request.getDryrun(), secrets, () => (this.components as ComponentProcess).construct(request));
  }

  private configured(): Config {
    if (!this.config) throw new Error(`the ${this.definition.name} provider has not been configured`);
    return this.config.value;
  }

  private handler(urn: string): ResourceHandler<Config> {
    const type = typeOf(urn);
    const handler = this.definition.resources.find((candidate) => candidate.type === type);
    if (!handler) throw new Error(this.unsupportedType(type));
    return handler;
  }

  private unsupportedType(type: string): string {
    return this.unsupported(
      type,
      this.definition.resources.map((candidate) => candidate.type),
    );
  }

  private unsupported(what: string, supported: readonly string[]): string {
    const { name, unsupported } = this.definition;
    if (unsupported) return unsupported(`${what} is`, supported);
    return `${what}: the provider ${name} has no such thing; it has ${supported.join(", ") || "none at all"}`;
  }
}
