import assert from "node:assert/strict";
import { ECRClient } from "@aws-sdk/client-ecr";
import { type Difference, differences } from "./differences";
import { layers, type Step, steps } from "./differentialSteps";
import { region, TestSandbox } from "./harness";
import { type Moto, motoOperations, startMoto } from "./moto";
import { privateClient } from "./registryClient";

/** What a call returned, with the values that vary by run or by server replaced. */
interface Outcome {
  /** The error's name, or the answer. */
  result: string;
  /** Only for an error. */
  message?: string;
}

describe("gateway: compared with moto, for what moto validates", () => {
  const sandbox = new TestSandbox();
  let moto: Moto;
  const found = new Map<string, Difference["in"]>();
  const called = new Set<string>();
  const outcomes = new Map<string, { gateway: Outcome; moto: Outcome }>();

  before(async function () {
    // The first run on a machine installs moto.
    this.timeout(900_000);
    [moto] = await Promise.all([startMoto(), sandbox.start()]);
    const client = sandbox.ecr();
    client.middlewareStack.add(
      (next, context) => (args) => {
        called.add(String(context.commandName).replace(/Command$/, ""));
        return next(args);
      },
      { step: "initialize" },
    );
    const options = { ...sandbox.clientOptions(region), endpoint: moto.url };
    const motoClient = new ECRClient(options);
    const digests = { gateway: "", moto: "" };
    for (const [name, step] of Object.entries(steps)) {
      if (name === "put an image") {
        const registry = await privateClient(sandbox);
        for (const layer of layers) assert.equal((await registry.uploadBlob("app", layer)).status, 201);
      }
      const pair = {
        gateway: await outcomeOf(client, step, digests.gateway),
        moto: await outcomeOf(motoClient, step, digests.moto),
      };
      outcomes.set(name, pair);
      if (name === "put an image") {
        digests.gateway = digestIn(pair.gateway);
        digests.moto = digestIn(pair.moto);
      }
      if (pair.gateway.result !== pair.moto.result) found.set(name, "result");
      else if (pair.gateway.message !== pair.moto.message) found.set(name, "message");
    }
  });
  after(async () => {
    await moto?.stop();
    await sandbox.remove();
  });

  for (const name of Object.keys(steps)) {
    const listed = differences[name];
    it(`${name}: ${listed ? `${listed.right} is right` : "the same"}`, () => {
      const { gateway, moto: other } = outcomes.get(name) ?? assert.fail("the call was not made");
      const shown = `\ngateway: ${JSON.stringify(gateway)}\nmoto:    ${JSON.stringify(other)}`;
      assert.equal(
        found.get(name),
        listed?.in,
        `${listed ? "the listed difference is another" : "they differ"}${shown}`,
      );
    });
  }

  it("calls every ECR operation that moto implements", async () => {
    const has = await motoOperations();
    assert.ok(has.length > 30, String(has));
    assert.deepEqual(
      has.filter((operation) => !called.has(operation)),
      [],
    );
  });

  it("lists differences only for calls that are made", () => {
    assert.deepEqual(
      Object.keys(differences).filter((name) => !(name in steps)),
      [],
    );
  });
});

/** @param digest The image's digest, which differs between gateway and moto. */
async function outcomeOf(client: ECRClient, step: Step, digest: string): Promise<Outcome> {
  const anonymous = (text: string) => (digest === "" ? text : text.replaceAll(digest, "the image's digest"));
  try {
    const { $metadata, ...answer } = (await step(client, digest)) as { $metadata: unknown };
    return { result: anonymous(JSON.stringify(normalised(answer))) };
  } catch (error) {
    const { name, message } = error as Error;
    return { result: name, message: anonymous(message) };
  }
}

function digestIn({ result }: Outcome): string {
  return /"imageDigest":"([^"]+)"/.exec(result)?.[1] ?? "";
}

/** Members whose values differ by server or by call: registry addresses and generated values. */
const ownValues: Readonly<Record<string, string>> = {
  repositoryUri: "a URI",
  proxyEndpoint: "a URL",
  authorizationToken: "a login",
  uploadId: "an id",
};

function normalised(value: unknown): unknown {
  if (value instanceof Date) return "a time";
  if (Array.isArray(value)) {
    return value.map(normalised).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, ownValues[key] ?? normalised(member)]));
  }
  return value;
}
