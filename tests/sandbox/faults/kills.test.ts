import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { version } from "pulumi/package.json";
import { projectRoot } from "../../../sandbox/paths";
import { digestOf, RegistryClient } from "../gateway/registryClient";
import { type Outputs, type Result, TestProject } from "../program/project";
import { removeTemporary } from "../temporary";
import { fullTests } from "../tools";
import { injectFaults, waitForFaults } from "./control";
import { OwnServices, type ServiceName, serviceNames } from "./ownSurroundings";
import { writeContext, writeSlowContext } from "./slowBuild";

type Victim = ServiceName | "cli";
const moments = ["create", "build", "push", "destroy"] as const;
type Moment = (typeof moments)[number];

const gatewayIsGone = /the sandbox's gateway (did not answer|is not running); start it again with `npm run local`/;
const storageIsGone = /the sandbox's image storage did not answer; start it again with `npm run local`/;
const ministackIsGone = /The sandbox's MiniStack does not answer \(.*\): start it again with `npm run local`/;
const dockerIsGone =
  /(lost the Docker daemon at unix:.*\. Is the docker daemon running\?|failed to connect to any docker daemon .*; start Docker,) .*start it again with `npm run local`/;

/** What the command prints when the part is killed at this moment. Absent: the command succeeds without the part. */
const says: Record<ServiceName, Partial<Record<Moment, RegExp>>> = {
  gateway: { create: gatewayIsGone, build: gatewayIsGone, push: gatewayIsGone, destroy: gatewayIsGone },
  distribution: { create: storageIsGone, build: storageIsGone, push: storageIsGone },
  ministack: { create: ministackIsGone, destroy: ministackIsGone },
  docker: { create: dockerIsGone, build: dockerIsGone, push: dockerIsGone },
};

/** Each scenario's kills run one after the other on one stack. */
const scenarios: [Victim, Moment][][] = fullTests
  ? [...serviceNames, "cli" as const].map((victim) => moments.map((moment): [Victim, Moment] => [victim, moment]))
  : [
      [
        ["gateway", "create"],
        ["docker", "push"],
      ],
    ];

const values = `
  ecr:privateRepositories:
    petclinic:
      createKey: true
      forceDelete: true
  ecr:images:
    petclinic:
      context: app
      repositories: [private/petclinic]
`;

/** `kill -9` of what a run needs: the user reads what to do, the next run succeeds and nothing is lost. */
describe("faults: kill -9 during a run", function () {
  this.timeout(900_000);
  let surroundings: OwnServices;
  let project: TestProject;
  /** Digests of all images that the runs have pushed. */
  const pushed = new Set<string>();

  before(async function () {
    if (!OwnServices.canRun) this.skip();
    surroundings = await OwnServices.start();
  });
  after(async () => {
    await surroundings?.stop();
    removeTemporary();
  });

  async function newProject(): Promise<TestProject> {
    const made = new TestProject();
    Object.assign(made.env, surroundings.env);
    const salt = /^encryptionsalt: .*$/m.exec(made.read("Pulumi.local.yaml"))?.[0];
    made.write("Pulumi.local.yaml", `config:\n  aws:region: ap-northeast-2${values}${salt}\n`);
    await made.init();
    pushed.clear();
    return made;
  }

  const clientOptions = () => ({
    endpoint: surroundings.endpoint,
    region: "ap-northeast-2",
    credentials: {
      accessKeyId: project.account,
      secretAccessKey: project.env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });

  /** `npm run up -- local`, which prints advice; the Pulumi CLI itself if it is to be killed, or for a destroy. */
  function start(victim: Victim, command: "up" | "destroy") {
    // One change at a time, so that no other answer is lost as well.
    const flags = ["--yes", "--skip-preview", "--non-interactive", "--parallel", "1"];
    const cli = path.join(process.env["PULUMI_HOME"] ?? "", "versions", version, "bin", "pulumi");
    return victim === "cli" || command === "destroy"
      ? project.start(cli, [command, "--stack", "local", ...flags])
      : project.start(process.execPath, [
          path.join(projectRoot, "cli", "bin", "ecr.cjs"),
          ...["up", "local", ...flags],
        ]);
  }

  /** Makes the next run stop at a moment. @returns A function that waits for it. */
  async function stopAt(moment: Moment): Promise<(unlessEnded: () => boolean) => Promise<unknown>> {
    const context = path.join(project.directory, "app");
    if (moment === "build") return writeSlowContext(context);
    writeContext(context);
    const operation = { create: "CreateRepository", push: "PUT manifest", destroy: "DeleteRepository" }[moment];
    await injectFaults(surroundings.endpoint, { kind: "hold", operation, account: project.account });
    return (unlessEnded) => waitForFaults(surroundings.endpoint, unlessEnded);
  }

  async function killAt(victim: Victim, moment: Moment): Promise<Result> {
    const reached = await stopAt(moment);
    const run = start(victim, moment === "destroy" ? "destroy" : "up");
    let ended = false;
    void run.finished.then(() => {
      ended = true;
    });
    await reached(() => ended);
    assert.ok(!ended, run.soFar());
    if (victim === "cli") {
      run.child.kill("SIGKILL");
      // Its plugins end after it; a held call released before would still be executed.
      await run.finished;
    } else {
      await surroundings.kill(victim);
    }
    if (victim !== "gateway") await injectFaults(surroundings.endpoint);
    return run.finished;
  }

  /** Checks the output of a run whose part was killed; for a killed CLI, the output of the next run. */
  async function mustSay(victim: Victim, moment: Moment, result: Result): Promise<void> {
    if (victim === "cli") {
      const { output } = await start("gateway", "up").finished;
      assert.match(output, /the stack is currently locked by 1 lock/);
      assert.match(output, /What to do:\n- Another update of this stack is running.*`npx pulumi cancel --stack local`/);
      await project.mustPulumi("cancel", "--yes");
      return;
    }
    const words = says[victim][moment];
    if (words === undefined) {
      assert.equal(result.code, 0, result.output);
      return;
    }
    assert.notEqual(result.code, 0, result.output);
    assert.match(result.output, words);
    if (moment !== "destroy") assert.match(result.output, /What to do:\n(?:- .*\n)*- .*`npm run local`/);
    assert.doesNotMatch(result.output, /^\s+at .*\(.*:\d+:\d+\)$/m, "a user needs no stack trace");
  }

  /** All pushed images still exist with intact layers, and their key is enabled. */
  async function nothingIsLost(): Promise<void> {
    const ecr = new ECRClient(clientOptions());
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: "petclinic" }));
    assert.deepEqual(imageDetails.map(({ imageDigest }) => imageDigest).sort(), [...pushed].sort());
    const { authorizationData: [login] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const { host } = new URL(login?.proxyEndpoint ?? "");
    const client = new RegistryClient(host, `Basic ${login?.authorizationToken}`);
    for (const digest of pushed) {
      const manifest = await (await client.getManifest("petclinic", digest)).text();
      assert.equal(digestOf(manifest), digest);
      const { layers } = JSON.parse(manifest) as { layers: { digest: string }[] };
      for (const layer of layers) {
        const blob = await client.request("GET", `/v2/petclinic/blobs/${layer.digest}`);
        assert.equal(digestOf(Buffer.from(await blob.arrayBuffer())), layer.digest);
      }
    }
    assert.equal(await keyState(await keyOf(ecr)), "Enabled");
  }

  async function keyOf(ecr: ECRClient): Promise<string> {
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
    assert.deepEqual(
      repositories.map(({ repositoryName }) => repositoryName),
      ["petclinic"],
    );
    return repositories[0]?.encryptionConfiguration?.kmsKey ?? "";
  }

  async function keyState(key: string): Promise<string | undefined> {
    const { KeyMetadata } = await new KMSClient(clientOptions()).send(new DescribeKeyCommand({ KeyId: key }));
    return KeyMetadata?.KeyState;
  }

  async function upAgain(): Promise<void> {
    await project.up();
    pushed.add(digestInState());
    await nothingIsLost();
  }

  /** Reads the stack's output from the state file, as the CLI takes two seconds for it. */
  function digestInState(): string {
    const { checkpoint } = JSON.parse(fs.readFileSync(project.stateFile, "utf8")) as {
      checkpoint: { latest: { resources: { type: string; outputs?: Partial<Outputs> }[] } };
    };
    const stack = checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    return stack?.outputs?.images?.["petclinic"]?.digest ?? assert.fail("the stack has no image");
  }

  async function destroyAgain(key: string): Promise<void> {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual(await project.resources(), {});
    const { repositories } = await new ECRClient(clientOptions()).send(new DescribeRepositoriesCommand({}));
    assert.deepEqual(repositories, []);
    assert.equal(await keyState(key), "PendingDeletion");
  }

  for (const scenario of scenarios) {
    describe(scenario.map(([victim, moment]) => `${victim} at ${moment}`).join(", "), () => {
      before(async () => {
        project = await newProject();
      });
      // A failed test may leave a part dead that the next test needs.
      afterEach(() => surroundings.startAgain());
      after(() => project.remove());

      for (const [victim, moment] of scenario) {
        it(`${victim} at ${moment}: prints what to do, and the next run succeeds with nothing lost`, async () => {
          const key = moment === "destroy" ? await keyOf(new ECRClient(clientOptions())) : "";
          const result = await killAt(victim, moment);
          await mustSay(victim, moment, result);
          await surroundings.startAgain();
          await (moment === "destroy" ? destroyAgain(key) : upAgain());
        });
      }
    });
  }
});
