import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { AdviceName } from "../../../cli/environments/advice";
import { projectRoot } from "../../../sandbox/paths";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import type { Result } from "../program/project";
import type { AdvisedProject } from "./advisedProject";
import { sendControl, waitForFaults } from "./control";
import type { OwnServices } from "./ownSurroundings";
import { writeContext } from "./slowBuild";

/** A failure that a piece of advice is for, and what its reader does. */
interface Scenario {
  title: string;
  /** Slow: runs only with TEST_FULL=1. */
  full?: true;
  /** Prepares the failure; the test runs the failing update itself. */
  cause(life: AdvisedProject, surroundings: OwnServices): Promise<Failing | undefined>;
  /** Does what the advice says, until an update succeeds. */
  follow(life: AdvisedProject, advice: string, failed: Result): Promise<void>;
}

interface Failing {
  /** Only for the update that fails. */
  env?: NodeJS.ProcessEnv;
  /** Runs during that update. */
  meanwhile?(): Promise<void>;
}

const noEngine = { DOCKER_HOST: "unix:///no/such/docker.sock" };
/** The provider's default: one call and two retries. */
const attempts = 3;
/** Accounts that the environment's policies allow. */
export const partners = ["210987654321", "310987654321"];
const wide = { pullFrom: partners };
const narrow = { pullFrom: partners.slice(0, 1) };

/** Scenarios by advice of `npm run up`; every advice needs one. */
export const scenarios: Readonly<Record<AdviceName, readonly Scenario[]>> = {
  repositoryExists: [
    {
      title: "a repository created by hand, with an image and without the program's defaults",
      async cause(life) {
        await life.makeByHand("toys");
        life.describe({ toys: {} });
        return undefined;
      },
      async follow(life, advice) {
        life.write("rules.json", JSON.stringify([{ images: "untagged", expireAfterDays: 7 }]));
        const command = advice
          .replaceAll("<its name>", "toys")
          .replace("<its region>", "ap-northeast-2")
          .replace("<a file with your rules>", "rules.json");
        assert.match(await life.obey(command, "npm run lifecycle"), /toys/);
        await adopt(life, "toys", advice);
      },
    },
  ],
  aliasExists: [
    {
      title: "the alias belongs to a key that was created by hand",
      full: true,
      async cause(life) {
        const { KeyMetadata } = await life.aws<{ KeyMetadata: { KeyId: string } }>("kms", "create-key");
        const alias = ["--alias-name", "alias/ecr/vault", "--target-key-id", KeyMetadata.KeyId];
        await life.must("aws", "kms", "create-alias", ...alias);
        life.describe({ vault: { createKey: true } });
        return undefined;
      },
      async follow(life, advice, failed) {
        const [, name = ""] = /AlreadyExistsException: .*(alias\/ecr\/[\w-]+)/.exec(failed.output) ?? [];
        const { Aliases } = JSON.parse(await life.obey(advice, "aws kms list-aliases")) as {
          Aliases: { AliasName: string; TargetKeyId: string }[];
        };
        const key = Aliases.find(({ AliasName }) => AliasName === name)?.TargetKeyId ?? assert.fail(`no ${name}`);
        await life.obey(advice.replace("<its name>", name), "aws kms delete-alias");
        await life.mustUpdate();
        const { KeyMetadata } = await life.aws<{ KeyMetadata: { KeyState: string } }>(
          ...["kms", "describe-key", "--key-id", key],
        );
        assert.equal(KeyMetadata.KeyState, "Enabled");
      },
    },
  ],
  repositoryNotFound: [
    {
      title: "a repository that was deleted by hand",
      full: true,
      async cause(life) {
        life.describe({ dolls: { access: narrow } });
        await life.mustUpdate();
        await life.must("aws", "ecr", "delete-repository", "--repository-name", "dolls", "--force");
        life.describe({ dolls: { access: wide } });
        return undefined;
      },
      async follow(life, advice) {
        const caller = JSON.parse(await life.obey(advice, "aws sts get-caller-identity")) as { Account: string };
        assert.equal(caller.Account, life.account);
        await life.obey(advice, "npx pulumi refresh");
        await life.mustUpdate();
        assert.ok((await life.repositories()).includes("dolls"));
      },
    },
    {
      title: "credentials of another account, with which a refresh would drop the whole stack",
      full: true,
      async cause(life) {
        life.describe({ shop: { access: wide } });
        return { env: { AWS_ACCESS_KEY_ID: String(randomInt(100_000_000_000, 999_999_999_999)) } };
      },
      async follow(life) {
        // The advice's first check reveals the cause; using the right credentials is enough.
        await life.mustUpdate();
      },
    },
    {
      title: "a repository that was deleted by hand, with an image that the stack builds",
      full: true,
      async cause(life) {
        writeContext(path.join(life.directory, "built"));
        life.describe(
          { built: { access: narrow } },
          { images: { built: { context: "built", repositories: ["private/built"] } } },
        );
        await life.mustUpdate();
        await life.must("aws", "ecr", "delete-repository", "--repository-name", "built", "--force");
        life.describe({ built: { access: wide } });
        return undefined;
      },
      async follow(life, advice) {
        await life.obey(advice, "npx pulumi refresh");
        // The image is built again, because the refresh has noticed that it is gone, too.
        await life.mustUpdate();
        assert.equal((await life.images("built")).length, 1);
      },
    },
  ],
  principalNotFound: [
    {
      title: "a role that does not exist yet",
      full: true,
      async cause(life) {
        life.describe({ robots: { access: { pullFrom: [`arn:aws:iam::${life.account}:role/ci`] } } });
        return undefined;
      },
      async follow(life) {
        const trust = '{"Version":"2012-10-17","Statement":[]}';
        await life.must("aws", "iam", "create-role", "--role-name", "ci", "--assume-role-policy-document", trust);
        await life.mustUpdate();
      },
    },
  ],
  loginRefused: [
    {
      title: "a login that expires during a push",
      full: true,
      async cause(life) {
        buildsAnImage(life);
        await life.inject({ kind: "hold", operation: "PATCH upload" });
        return {
          async meanwhile() {
            await waitForFaults(life.endpoint);
            await sendControl(life.endpoint, "clock", { advanceSeconds: 13 * 60 * 60 });
            await life.inject();
          },
        };
      },
      follow: repeatCommand,
    },
  ],
  tooManyRequests: [
    {
      title: "throttling that ends with the update's last attempt",
      full: true,
      cause: (life) => refuses(life, "throttling", attempts),
      follow: repeatCommand,
    },
    {
      title: "throttling that lasts longer, with aws:maxRetries",
      full: true,
      cause: (life) => refuses(life, "throttling", attempts + 5),
      async follow(life, advice) {
        const [, setting = ""] = /`(aws:maxRetries)` in Pulumi\.local\.yaml/.exec(advice) ?? [];
        life.describe({}, { [setting]: "6" });
        await life.mustUpdate();
        // Later scenarios count the provider's default attempts.
        life.describe({}, { [setting]: undefined });
      },
    },
  ],
  noDocker: [
    {
      title: "an image built by Docker, on a machine that no longer has it",
      async cause(life) {
        buildsAnImage(life);
        await life.mustUpdate();
        return { env: noEngine };
      },
      async follow(life, advice) {
        assert.match(advice, /write `builder: buildkit` among the image's settings/);
        describesBuilt(life, { builder: "buildkit" });
        const { code, output } = await life.update(noEngine);
        assert.equal(code, 0, output);
      },
    },
  ],
  sandboxPart: [
    {
      title: "the image storage was killed",
      full: true,
      async cause(life, surroundings) {
        buildsAnImage(life);
        await surroundings.kill("distribution");
        return undefined;
      },
      async follow(life, advice) {
        assert.match(advice, /`npm run sandbox -- COMMAND`/);
        await life.must("npm", "run", "--prefix", projectRoot, "sandbox", "--", "true");
        await life.mustUpdate();
      },
    },
  ],
  serviceFailed: [
    {
      title: "errors that end with the update's last attempt",
      full: true,
      cause: (life) => refuses(life, "serverError", attempts),
      follow: repeatCommand,
    },
  ],
  unreachable: [
    {
      title: "AWS_ENDPOINT_URL names a port on which nothing listens",
      async cause(life) {
        life.describe({ kites: {} });
        return { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } };
      },
      async follow(life, advice, failed) {
        assert.match(
          failed.output,
          /exceeded maximum number of attempts, 3, .*is the service at http:\/\/127\.0\.0\.1:9 .*running\?/,
        );
        await repeatCommand(life, advice);
      },
    },
  ],
  locked: [
    {
      title: "an update that was killed",
      async cause(life) {
        await killAtCreation(life, "games", "call");
        return undefined;
      },
      async follow(life, advice) {
        await life.obey(advice, "npx pulumi cancel");
        await forgetPending(life, await life.mustUpdate());
      },
    },
    {
      title: "an update that is still running",
      full: true,
      async cause(life) {
        life.describe({ cards: {} });
        await life.inject({ kind: "hold", operation: "CreateRepository" });
        life.startUpdate();
        await waitForFaults(life.endpoint);
        return undefined;
      },
      async follow(life, advice) {
        assert.match(advice, /wait for it\./);
        await life.inject();
        const first = await life.running?.finished;
        assert.equal(first?.code, 0, first?.output);
        await life.mustUpdate();
      },
    },
  ],
  pendingOperations: [
    {
      title: "a repository that a killed update created but did not record",
      full: true,
      async cause(life) {
        await killAtCreation(life, "puzzles", "answer");
        await life.mustPulumi("cancel", "--yes");
        return undefined;
      },
      async follow(life, _, failed) {
        await adopt(life, "puzzles", life.advised("repositoryExists", failed));
        await forgetPending(life, failed);
        await life.mustUpdate();
      },
    },
  ],
  unreadableState: [
    {
      title: "a truncated state file",
      async cause(life) {
        const whole = fs.readFileSync(life.stateFile);
        fs.writeFileSync(life.stateFile, whole.subarray(0, whole.length / 2));
        return undefined;
      },
      async follow(life, advice) {
        const [, copy = "", name = ""] = /`(\S+\.bak)` over `(\S+)`/.exec(advice) ?? [];
        const from = path.join(life.directory, "state", copy);
        fs.copyFileSync(from, path.join(path.dirname(from), name));
        await life.obey(advice, "npx pulumi refresh");
        await life.mustUpdate();
      },
    },
  ],
};

/** "Run the same command again." */
async function repeatCommand(life: AdvisedProject, advice: string): Promise<void> {
  assert.match(advice, /the same command again/i);
  await life.mustUpdate();
}

/** Adds a repository whose creation fails `count` times. */
async function refuses(life: AdvisedProject, kind: "throttling" | "serverError", count: number): Promise<undefined> {
  life.describe({ [`${kind.toLowerCase()}-${count}`]: {} });
  await life.inject({ kind, operation: "CreateRepository", count });
}

function buildsAnImage(life: AdvisedProject): void {
  writeContext(path.join(life.directory, "built"));
  describesBuilt(life);
}

function describesBuilt(life: AdvisedProject, settings: object = {}): void {
  life.describe(
    { built: {} },
    { images: { built: { context: "built", repositories: ["private/built"], ...settings } } },
  );
}

async function killAtCreation(life: AdvisedProject, key: string, moment: "call" | "answer"): Promise<void> {
  life.describe({ [key]: {} });
  await life.inject({ kind: "hold", operation: "CreateRepository", moment });
  const run = life.startUpdate();
  await waitForFaults(life.endpoint);
  run.child.kill("SIGKILL");
  await run.finished;
  // Its providers end a moment later, and the held call with them; released before, it would still be executed.
  assert.ok(await waitUntil(() => !isAnyoneIn(life.directory), 120_000, 100));
  await life.inject();
}

/** Whether a process has its working directory in or below a folder. */
function isAnyoneIn(folder: string): boolean {
  return fs.readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && `${fs.readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}

/** Follows the advice of `repositoryExists`, and the program's error if the repository differs from its description. */
async function adopt(life: AdvisedProject, key: string, advice: string): Promise<void> {
  assert.match(advice, /`import: <its name>`.*`npm run up -- local` once, and remove the line again/);
  let settings: Record<string, unknown> = {};
  life.describe({ [key]: { ...settings, import: key } });
  const adopted = await life.update();
  const [, encryption] = /Write encryption: (\w+)/.exec(adopted.output) ?? [];
  if (encryption !== undefined) {
    settings = { encryption };
    life.describe({ [key]: { ...settings, import: key } });
    await life.mustUpdate();
  } else {
    assert.equal(adopted.code, 0, adopted.output);
  }
  life.describe({ [key]: settings });
  await life.mustUpdate();
}

/** Follows the advice of `pendingOperations`. */
async function forgetPending(life: AdvisedProject, said: Result): Promise<void> {
  await life.obey(life.advised("pendingOperations", said), "npx pulumi refresh");
  const { output } = await life.mustUpdate();
  assert.doesNotMatch(output, /pending operations/);
}
