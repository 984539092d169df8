import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode, encode, formatPath, Secret, unknown } from "../../../provider/protocol/values";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { awsConfig } from "./awsHarness";
import { AwsServer } from "./awsServer";
import { Engine, secret, unknownValue } from "./harness";

const signature = "4dabf18193072939515e22adb298388d";

describe("the provider protocol of the stand-ins", () => {
  describe("values", () => {
    const wire = (value: Record<string, unknown>) =>
      Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);

    it("unwraps secrets, outputs, references and unknowns, and rewraps secrets in their places", () => {
      const { values, secrets } = decode(
        wire({
          plain: "text",
          later: unknownValue,
          nested: [{ password: secret("hidden-1") }],
          output: { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: 7, secret: true },
          pending: { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" },
          key: { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "key-1" },
          nothing: null,
        }),
      );
      assert.deepEqual(values, {
        plain: "text",
        later: unknown,
        nested: [{ password: "hidden-1" }],
        output: 7,
        pending: unknown,
        key: "key-1",
        nothing: null,
      });
      assert.deepEqual(encode(values, secrets).toJavaScript(), {
        plain: "text",
        later: unknownValue,
        nested: [{ password: secret("hidden-1") }],
        output: secret(7),
        pending: unknownValue,
        key: "key-1",
        nothing: null,
      });
      assert.deepEqual(encode({ token: new Secret("t") }).toJavaScript(), { token: secret("t") });
      assert.equal(secrets.redact("login hidden-1 failed, hidden-1!"), "login [secret] failed, [secret]!");
    });

    it("keeps an unknown secret both unknown and secret", () => {
      const { values, secrets } = decode(wire({ token: secret(unknownValue) }));
      assert.deepEqual(values, { token: unknown });
      assert.deepEqual(encode(values, secrets).toJavaScript(), { token: secret(unknownValue) });
    });

    it("writes property paths as the engine reads them", () => {
      assert.equal(formatPath(["a", 0, "b"]), "a[0].b");
      assert.equal(formatPath(["tags", "cost.center"]), 'tags["cost.center"]');
      assert.equal(formatPath(["tags", 'a"b']), 'tags["a\\"b"]');
    });
  });

  describe("service", () => {
    let engine: Engine;
    let server: AwsServer;
    let endpoint = "";

    beforeEach(async () => {
      server = new AwsServer();
      endpoint = await server.start();
      engine = await Engine.start(awsProvider("7.48.0"));
    });
    afterEach(() => {
      engine.stop();
      server.stop();
    });

    it("rejects an unsupported type in check, and so in a preview", async () => {
      await engine.configure(awsConfig(endpoint));
      const { failures } = await engine.check("aws:s3/bucket:Bucket", { bucket: "b" });
      assert.deepEqual(failures.length, 1);
      assert.match(
        failures.join(),
        /^aws:s3\/bucket:Bucket is not supported by the sandbox's stand-in\. Supported: .*aws:ecr\/lifecyclePolicy:LifecyclePolicy, .*\. Use the released plugin with SANDBOX_PLUGINS=released$/,
      );
      await assert.rejects(engine.create("aws:s3/bucket:Bucket", {}), /aws:s3\/bucket:Bucket is not supported/);
    });

    it("lists unsupported provider configuration", async () => {
      const failures = await engine.checkConfig({
        region: "Seoul",
        accessKey: "only-this",
        assumeRoles: '[{"roleArn":"arn:x"}]',
        httpProxy: "http://proxy",
        insecure: "false",
        allowedAccountIds: '["1"]',
        forbiddenAccountIds: '["2"]',
        defaultTags: '{"labels":{}}',
      });
      const text = failures.join("\n");
      assert.match(text, /provider configuration assumeRoles, httpProxy are not supported by the sandbox's stand-in/);
      assert.match(text, /secretKey: missing: accessKey requires it/);
      assert.match(text, /allowedAccountIds: conflicts with forbiddenAccountIds/);
      assert.match(text, /region: "Seoul": invalid AWS Region/);
      assert.match(text, /defaultTags\.labels: expected only defaultTags\.tags/);
      const fine = {
        ...awsConfig(endpoint),
        skipCredentialsValidation: "true",
        s3UsePathStyle: "true",
        version: "7.48.0",
      };
      assert.deepEqual(await engine.checkConfig(fine), []);
    });

    it("says what to set when region or credentials are missing, before anything else", async () => {
      const names = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
      const files = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
      const saved = [...names, ...files].map((name) => [name, process.env[name]] as const);
      for (const name of names) delete process.env[name];
      for (const name of files) process.env[name] = "/nowhere";
      try {
        await assert.rejects(
          engine.configure({}),
          /no AWS region: set it with `pulumi config set aws:region REGION`, .*AWS_REGION/,
        );
        await assert.rejects(
          engine.configure({ region: "eu-west-1" }),
          /no valid AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE/,
        );
      } finally {
        for (const [name, value] of saved) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    });

    it("checks the account, and fails with the connection error when nothing answers", async () => {
      const config = awsConfig(endpoint);
      await assert.rejects(
        engine.configure({ ...config, allowedAccountIds: '["210987654321"]' }),
        /AWS account ID not allowed: 123456789012: allowedAccountIds allows 210987654321/,
      );
      await assert.rejects(
        engine.configure({ ...config, forbiddenAccountIds: '["123456789012"]' }),
        /AWS account ID not allowed: 123456789012: forbiddenAccountIds lists it/,
      );
      await engine.configure({ ...config, allowedAccountIds: '["123456789012"]' });
      server.takeCalls();
      await engine.configure({ ...config, skipCredentialsValidation: "true" });
      assert.deepEqual(server.takeCalls(), []);
      const closed = await Engine.start(awsProvider("7.48.0"));
      const dead = { ...awsConfig("http://127.0.0.1:1"), maxRetries: "0" };
      await assert.rejects(closed.configure(dead), /validating AWS credentials: .*ECONNREFUSED/);
      closed.stop();
    });
  });

  describe("plugin process", function () {
    this.timeout(900_000);
    const children: ChildProcess[] = [];
    after(() => {
      for (const child of children) child.kill("SIGKILL");
    });

    function start(): Promise<{ child: ChildProcess; port: string; ended: Promise<number | null> }> {
      const main = path.join(__dirname, "../../../sandbox/providers/docker/main.ts");
      const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", main, "127.0.0.1:1"], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      children.push(child);
      const ended = new Promise<number | null>((resolve) => {
        child.on("exit", resolve);
      });
      return new Promise((resolve) => {
        child.stdout?.once("data", (data: Buffer) => resolve({ child, port: data.toString(), ended }));
      });
    }

    it("prints its port, and ends when the engine closes its input or interrupts it", async () => {
      const [first, second] = await Promise.all([start(), start()]);
      assert.match(first.port, /^\d+\n$/);
      first.child.stdin?.end();
      second.child.kill("SIGINT");
      assert.equal(await first.ended, 0);
      assert.equal(await second.ended, 0);
    });
  });
});
