import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { AwsServer } from "./awsServer";
import { Engine, type Properties } from "./harness";

export const awsConfig = (endpoint: string): Properties => ({
  region: "ap-northeast-2",
  accessKey: "test",
  secretKey: "test",
  endpoints: JSON.stringify([
    { cloudcontrol: endpoint, ecr: endpoint, ecrpublic: endpoint, kms: endpoint, sts: endpoint },
  ]),
});

/** The aws stand-in, configured against a scripted endpoint. */
export async function startAws(more: Properties = {}): Promise<{ engine: Engine; server: AwsServer; stop(): void }> {
  const server = new AwsServer();
  const endpoint = await server.start();
  const engine = await Engine.start(awsProvider("7.48.0"));
  await engine.configure({ ...awsConfig(endpoint), ...more });
  server.takeCalls();
  return {
    engine,
    server,
    stop() {
      engine.stop();
      server.stop();
    },
  };
}

/**
 * The aws stand-in against the sandbox that `npm test` started, in its own AWS account, for the tests of a `describe`.
 * The engine is available once they run.
 */
export function useAwsInSandbox(): { readonly engine: Engine; readonly account: string } {
  const account = String(randomInt(100_000_000_000, 999_999_999_999));
  let engine: Engine | undefined;
  before(async () => {
    if (process.env["AWS_ENDPOINT_URL"] === undefined) {
      throw new Error("these tests need the sandbox: run them as `npm test -- tests/sandbox/providers/…`");
    }
    engine = await Engine.start(awsProvider("7.48.0"));
    await engine.configure({
      region: "ap-northeast-2",
      accessKey: account,
      secretKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "test",
    });
  });
  after(() => engine?.stop());
  return {
    account,
    get engine() {
      if (engine === undefined) throw new Error("the engine is there when tests run, not before");
      return engine;
    },
  };
}

/**
 * Deploys a resource and checks that it behaves well: no difference after creation and after a refresh, and an import
 * by its ID finds the same resource.
 */
export async function deploySettled(engine: Engine, type: string, news: Properties) {
  const deployed = await deploy(engine, type, news);
  await assertSettled(engine, type, deployed);
  // The released provider imports from another region by `<id>@<region>`.
  const { region } = deployed.outputs;
  const elsewhere = region !== undefined && region !== "ap-northeast-2" ? `@${String(region)}` : "";
  const imported = await engine.read(type, `${deployed.id}${elsewhere}`);
  assert.equal(imported.id, deployed.id, `${type}: found by its id`);
  assert.deepEqual((await engine.diff(type, imported.id, imported, imported.inputs)).changes, {}, `${type}: import`);
  return deployed;
}

/** Neither the inputs that were deployed nor a refresh shows a difference. */
export async function assertSettled(
  engine: Engine,
  type: string,
  deployed: { id: string; inputs: Properties; outputs: Properties },
): Promise<void> {
  const { id, inputs } = deployed;
  assert.deepEqual((await engine.diff(type, id, deployed, inputs)).changes, {}, `${type}: no change after creation`);
  const refreshed = await engine.read(type, id, deployed);
  assert.deepEqual(refreshed, { id, inputs, outputs: deployed.outputs }, `${type}: refresh`);
}

/** Updates a resource in place, as an `up` with other inputs would. */
export async function change(
  engine: Engine,
  type: string,
  deployed: { id: string; inputs: Properties; outputs: Properties },
  news: Properties,
) {
  const { inputs, failures } = await engine.check(type, news, deployed.inputs);
  assert.deepEqual(failures, []);
  const { changes, replaces } = await engine.diff(type, deployed.id, deployed, inputs);
  assert.deepEqual(replaces, [], `${type}: changed in place`);
  const outputs = await engine.update(type, deployed.id, deployed, inputs);
  return { id: deployed.id, inputs, outputs, changed: Object.keys(changes).sort() };
}

/** Deletes a resource twice: deleting one that is gone must succeed. */
export async function remove(engine: Engine, type: string, deployed: { id: string; outputs: Properties }) {
  await engine.delete(type, deployed.id, deployed.outputs);
  assert.equal((await engine.read(type, deployed.id, { outputs: deployed.outputs })).id, "", `${type}: gone`);
  await engine.delete(type, deployed.id, deployed.outputs);
}

/** Takes a resource through check and create as the engine would, and returns what its state would contain. */
export async function deploy(engine: Engine, type: string, news: Properties) {
  const { inputs, failures } = await engine.check(type, news);
  if (failures.length > 0) throw new Error(failures.join("; "));
  const { id, outputs } = await engine.create(type, inputs);
  return { id, inputs, outputs };
}
