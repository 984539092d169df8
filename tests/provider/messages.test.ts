import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { CallContext, CheckRequest, ResourceHandler } from "../../provider/protocol/definition";
import { type ProviderServer, startProvider } from "../../provider/protocol/serve";

const urn = "urn:pulumi:dev::ecr::ecr:index:Hostile::app";
const hostile = "\u001b]0;owned\u0007 \u009b2J\n::error::no\n##vso[task.complete]";
const shown = "\\u001b]0;owned\\u0007 \\u009b2J\n\\u003a:error::no\n\\u0023#vso[task.complete]";

describe("what the provider says to the engine", () => {
  const logged: string[] = [];
  let text = hostile;
  let engine: grpc.Server;
  let provider: ProviderServer;
  let client: ResourceProviderClient;
  before(async () => {
    const resource = {
      type: "ecr:index:Hostile",
      check: async ({ news }: CheckRequest) => ({ inputs: news, failures: [{ property: "source", reason: text }] }),
      async create(_: unknown, __: unknown, context: CallContext) {
        context.log("warning", text);
        context.status(text);
        throw new Error(text);
      },
    } as Partial<ResourceHandler<void>> as ResourceHandler<void>;
    engine = new grpc.Server();
    engine.addService(EngineService, {
      log({ request }: { request: LogRequest }, callback: grpc.sendUnaryData<Empty>) {
        logged.push(request.getMessage());
        callback(null, new Empty());
      },
    } as unknown as grpc.UntypedServiceImplementation);
    const port = await new Promise<number>((resolve, reject) => {
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const definition = {
      name: "ecr",
      version: "1.0.0",
      checkConfig: async () => [],
      configure: async () => {},
      resources: [resource],
      functions: [],
    };
    provider = await startProvider(definition, `127.0.0.1:${port}`);
    client = new ResourceProviderClient(`127.0.0.1:${provider.port}`, grpc.credentials.createInsecure());
    await new Promise((resolve) => client.configure(new pb.ConfigureRequest(), resolve));
  });
  after(() => {
    client.close();
    provider.close();
    engine.forceShutdown();
  });
  beforeEach(() => {
    logged.length = 0;
    text = hostile;
  });

  const create = () =>
    new Promise<string>((resolve) => {
      const request = new pb.CreateRequest();
      request.setUrn(urn);
      client.create(request, (error) => resolve(error?.details ?? ""));
    });
  const check = () =>
    new Promise<string[]>((resolve, reject) => {
      const request = new pb.CheckRequest();
      request.setUrn(urn);
      client.check(request, (error, response) =>
        error ? reject(error) : resolve(response.getFailuresList().map((each) => each.getReason())),
      );
    });

  it("contains no command to a terminal or a CI system: errors, faults, log and status lines", async () => {
    assert.equal(await create(), shown);
    assert.deepEqual(logged, [shown, shown]);
    assert.deepEqual(await check(), [shown]);
  });

  it("is truncated, however much a registry or an image says", async () => {
    text = "x".repeat(1_000_000);
    for (const message of [await create(), ...logged, ...(await check())]) {
      assert.ok(message.length < 8300 && message.endsWith("… (1000000 characters)"), `${message.length}`);
    }
  });
});
