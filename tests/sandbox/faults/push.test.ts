import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateRepositoryCommand as CreatePublicRepositoryCommand,
  DescribeImagesCommand as DescribePublicImagesCommand,
  type ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { imageType } from "../../../sandbox/providers/docker/image";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";
import { distributionProcess, installDistribution, startDistribution } from "../../../sandbox/services/distribution";
import { runningProcess } from "../../../sandbox/services/processes";
import { identify } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { GatewayProcess } from "../gateway/gatewayProcess";
import { account, uniqueName, useSandbox } from "../gateway/harness";
import { deploy } from "../providers/awsHarness";
import { Engine, secret } from "../providers/harness";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { type Fault, injectFaults, waitForFaults } from "./control";

const hour = 60 * 60 * 1000;

/** A repository to push to. */
interface Target {
  /** Its URI, without a tag. */
  uri: string;
  /** A new login, as each `up` gets one. */
  login(): Promise<{ server: string; authorizationToken: string }>;
  /** Digest and tags of each of its images. */
  images(): Promise<[digest: string | undefined, tags: string[] | undefined][]>;
}

/** A real push by the Docker engine during faults: what it reports, and that the same push then succeeds. */
describe("faults: during a push", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  const home = process.cwd();
  let engine: Engine;
  let gateway: GatewayProcess | undefined;
  let target: Target;
  /** Kept across restarts of the gateway. */
  let ecr: ECRClient;
  let ecrPublic: ECRPUBLICClient;
  let endpoint: string;

  before(async () => {
    ecr = sandbox.ecr();
    ecrPublic = sandbox.ecrPublic();
    endpoint = sandbox.gateway.endpoint;
    const directory = temporaryDirectory();
    fs.mkdirSync(path.join(directory, "app"));
    fs.writeFileSync(path.join(directory, "app", "Dockerfile"), "FROM scratch\nCOPY data /\n");
    // The provider resolves the context against the working directory.
    process.chdir(directory);
    engine = await Engine.start(dockerProvider("5.2.0"));
    await engine.configure({ host: process.env["DOCKER_HOST"] });
  });
  beforeEach(async () => {
    const repositoryName = uniqueName("pushed");
    fs.writeFileSync(path.join("app", "data"), `${repositoryName} ${Date.now()}`);
    target = await privateRepository(repositoryName);
  });
  after(async () => {
    process.chdir(home);
    engine?.stop();
    await gateway?.kill();
    removeTemporary();
  });

  async function privateRepository(repositoryName: string): Promise<Target> {
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    return {
      uri: repository?.repositoryUri ?? "",
      async login() {
        const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
        return { server: data?.proxyEndpoint ?? "", authorizationToken: data?.authorizationToken ?? "" };
      },
      async images() {
        const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
        return imageDetails.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]);
      },
    };
  }

  async function publicRepository(repositoryName: string): Promise<Target> {
    const { repository } = await ecrPublic.send(new CreatePublicRepositoryCommand({ repositoryName }));
    const uri = repository?.repositoryUri ?? "";
    return {
      uri,
      async login() {
        const { authorizationData: data } = await ecrPublic.send(new GetPublicTokenCommand({}));
        return { server: uri.split("/")[0] ?? "", authorizationToken: data?.authorizationToken ?? "" };
      },
      async images() {
        const { imageDetails = [] } = await ecrPublic.send(new DescribePublicImagesCommand({ repositoryName }));
        return imageDetails.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]);
      },
    };
  }

  /** Builds and pushes like an `up`. */
  async function push(): Promise<string> {
    const { server, authorizationToken } = await target.login();
    const [username = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":");
    const { outputs } = await deploy(engine, imageType, {
      imageName: `${target.uri}:v1`,
      build: { context: "app", platform: "linux/amd64", builderVersion: "BuilderV1" },
      registry: { server, username, password: secret(password) },
    });
    return String(outputs["repoDigest"]);
  }

  const inject = (kind: Fault["kind"], operation: string, count = 1) =>
    injectFaults(endpoint, { kind, operation, account, count });

  /** Pushes again after the fault; the registry then has the image exactly once. */
  async function pushAgain(): Promise<void> {
    const digest = await push();
    assert.deepEqual(await target.images(), [[digest.split("@")[1], ["v1"]]]);
  }

  /** A push that is held at an operation: by default after its layers and before its manifest. */
  async function pushUntil(operation = "PUT manifest"): Promise<{ result: Promise<Error | undefined> }> {
    await inject("hold", operation);
    const result = push().then(
      () => undefined,
      (error: Error) => error,
    );
    await waitForFaults(endpoint);
    return { result };
  }

  for (const registry of ["private", "public"] as const) {
    it(`expired ${registry} token: fails with docker's message, pushes nothing; the next run succeeds`, async () => {
      if (registry === "public") target = await publicRepository(uniqueName("public"));
      const { result } = await pushUntil("PATCH upload");
      sandbox.clockAhead = 13 * hour;
      await injectFaults(endpoint);
      assert.match(
        (await result)?.message ?? "it was pushed",
        /authorization token has expired|authentication (is )?required/,
      );
      assert.deepEqual(await target.images(), []);
      await pushAgain();
    });
  }

  for (const [kind, words] of [
    ["throttling", /toomanyrequests|Rate exceeded/i],
    ["serverError", /500|unknown/i],
    ["drop", /EOF|connection reset/i],
  ] as const) {
    it(`${kind} at the manifest: fails with its reason, and the same push then succeeds`, async () => {
      await inject(kind, "PUT manifest", 10);
      await assert.rejects(push(), ({ message }: Error) => {
        assert.match(message, /^error reading push output: /);
        assert.match(message, words);
        return true;
      });
      await injectFaults(endpoint);
      await pushAgain();
    });
  }

  it("dropped connection at a layer: Docker retries by itself", async () => {
    await inject("drop", "PATCH upload");
    await pushAgain();
  });

  it("kill -9 of Distribution: the error names it; after a restart the same push succeeds", async () => {
    const { result } = await pushUntil();
    const { pid } = runningProcess(sandbox.home, distributionProcess) ?? assert.fail("Distribution does not run");
    process.kill(pid, "SIGKILL");
    assert.ok(await waitUntil(() => identify(pid) === undefined, 50_000, 5));
    await injectFaults(endpoint);
    assert.match(
      (await result)?.message ?? "it was pushed",
      /503 Service Unavailable: the sandbox's image storage did not answer; start it again with `npm run local`/,
    );
    await startDistribution(sandbox.home, await installDistribution());
    await pushAgain();
  });

  it("kill -9 of the gateway: the push fails; after a restart the same push succeeds", async () => {
    gateway = await GatewayProcess.of(sandbox);
    await gateway.start();
    const { result } = await pushUntil();
    await gateway.kill();
    assert.match(
      (await result)?.message ?? "it was pushed",
      /(EOF|connection re(set|fused)): the sandbox's gateway did not answer; start it again with `npm run local`/,
    );
    await gateway.start();
    await pushAgain();
  });
});
