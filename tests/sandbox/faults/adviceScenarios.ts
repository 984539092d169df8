import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { AdviceName } from "../../../cli/environments/advice";
import { projectRoot } from "../../../sandbox/paths";
import type { Result } from "../program/project";
import type { AdvisedProject } from "./advisedProject";
import { sendControl, untilMet } from "./control";
import type { OwnSurroundings } from "./ownSurroundings";
import { writeContext } from "./slowBuild";

/** A failure that an advice is for, and what its reader does. */
interface Scenario {
  title: string;
  /** It takes long: TEST_FULL=1. */
  full?: true;
  /** Brings about all but the update that fails, which the test runs. */
  cause(life: AdvisedProject, surroundings: OwnSurroundings): Promise<Failing | undefined>;
  /** Does what the advice says, until an update has gone well. */
  follow(life: AdvisedProject, advice: string, failed: Result): Promise<void>;
}

interface Failing {
  /** For the update that fails, and for no other. */
  env?: NodeJS.ProcessEnv;
  /** What happens beside it. */
  meanwhile?(): Promise<void>;
}

/** The provider's standard: a call and two more. */
const attempts = 3;
/** Accounts that the environment's policies let in. */
export const partners = ["210987654321", "310987654321"];
const wide = { pullFrom: partners };
const narrow = { pullFrom: partners.slice(0, 1) };

/** What `npm run up` says, and who follows it; a new advice needs one. */
export const scenarios: Readonly<Record<AdviceName, readonly Scenario[]>> = {
  repositoryExists: [
    {
      title: "made by hand, with images that the program's defaults do not fit",
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
      title: "the name of a key that somebody made",
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
      title: "deleted by hand",
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
      title: "the credentials of another account, where a refresh would forget the whole stack",
      full: true,
      async cause(life) {
        life.describe({ shop: { access: wide } });
        return { env: { AWS_ACCESS_KEY_ID: String(randomInt(100_000_000_000, 999_999_999_999)) } };
      },
      async follow(life) {
        // What it says to look at first shows it: the right credentials are all that is to be done.
        await life.mustUpdate();
      },
    },
    {
      title: "deleted by hand, with an image that the stack builds",
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
        // The image is made anew: the refresh has seen that it is gone, too.
        await life.mustUpdate();
        assert.equal((await life.images("built")).length, 1);
      },
    },
  ],
  principalNotFound: [
    {
      title: "a role that is not made yet",
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
      title: "a login that ends in the middle of a push",
      full: true,
      async cause(life) {
        buildsAnImage(life);
        await life.inject({ kind: "hold", operation: "PATCH upload" });
        return {
          async meanwhile() {
            await untilMet(life.endpoint);
            await sendControl(life.endpoint, "clock", { advanceSeconds: 13 * 60 * 60 });
            await life.inject();
          },
        };
      },
      follow: sameAgain,
    },
  ],
  tooManyRequests: [
    {
      title: "for as long as an update tries, and no longer",
      cause: (life) => refuses(life, "throttling", attempts),
      follow: sameAgain,
    },
    {
      title: "for longer: with aws:maxRetries",
      full: true,
      cause: (life) => refuses(life, "throttling", attempts + 5),
      async follow(life, advice) {
        const [, setting = ""] = /`(aws:maxRetries)` in Pulumi\.local\.yaml/.exec(advice) ?? [];
        life.describe({}, { [setting]: "6" });
        await life.mustUpdate();
        // What comes next counts the provider's own attempts.
        life.describe({}, { [setting]: undefined });
      },
    },
  ],
  sandboxPart: [
    {
      title: "the image storage is killed",
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
      title: "for as long as an update tries",
      full: true,
      cause: (life) => refuses(life, "serverError", attempts),
      follow: sameAgain,
    },
  ],
  unreachable: [
    {
      title: "AWS_ENDPOINT_URL names a port where nobody listens",
      async cause(life) {
        life.describe({ kites: {} });
        return { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } };
      },
      async follow(life, advice, failed) {
        assert.match(
          failed.output,
          /exceeded maximum number of attempts, 3, .*is the service at http:\/\/127\.0\.0\.1:9 .*running\?/,
        );
        await sameAgain(life, advice);
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
      title: "an update that still runs",
      full: true,
      async cause(life) {
        life.describe({ cards: {} });
        await life.inject({ kind: "hold", operation: "CreateRepository" });
        life.startUpdate();
        await untilMet(life.endpoint);
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
      title: "a killed update had made a repository, and nobody heard of it",
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
      title: "a state file that was cut short",
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
async function sameAgain(life: AdvisedProject, advice: string): Promise<void> {
  assert.match(advice, /the same command again/i);
  await life.mustUpdate();
}

/** A repository whose creation is refused so many times. */
async function refuses(life: AdvisedProject, kind: "throttling" | "serverError", count: number): Promise<undefined> {
  life.describe({ [`${kind.toLowerCase()}-${count}`]: {} });
  await life.inject({ kind, operation: "CreateRepository", count });
}

function buildsAnImage(life: AdvisedProject): void {
  writeContext(path.join(life.directory, "built"));
  life.describe({ built: {} }, { images: { built: { context: "built", repositories: ["private/built"] } } });
}

async function killAtCreation(life: AdvisedProject, key: string, moment: "call" | "answer"): Promise<void> {
  life.describe({ [key]: {} });
  await life.inject({ kind: "hold", operation: "CreateRepository", moment });
  const run = life.startUpdate();
  await untilMet(life.endpoint);
  run.child.kill("SIGKILL");
  await run.finished;
  await life.inject();
}

/** What the advice of `repositoryExists` says, and what the program says where the repository is not as described. */
async function adopt(life: AdvisedProject, key: string, advice: string): Promise<void> {
  assert.match(advice, /`import: <its name>`.*`npm run up -- local` once, and take the line out again/);
  let settings: Record<string, unknown> = {};
  life.describe({ [key]: { ...settings, import: key } });
  const adopted = await life.update();
  const [, encryption] = /Fix: write encryption: (\w+)/.exec(adopted.output) ?? [];
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

/** What the advice of `pendingOperations` says. */
async function forgetPending(life: AdvisedProject, said: Result): Promise<void> {
  await life.obey(life.advised("pendingOperations", said), "npx pulumi refresh");
  const { output } = await life.mustUpdate();
  assert.doesNotMatch(output, /pending operations/);
}
