import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../paths";
import { sandboxRegion } from "../services/services";
import { type CommandOptions, run, runOrThrow } from "../system/commands";
import { refuseWhenInterrupted } from "../system/interruption";
import { runSteps, type Step } from "./steps";

/** The stack outputs that the verification needs. */
export interface StackOutputs {
  images: Record<string, { tag: string; digest: string; references: Record<string, string> }>;
}

/** The reference job's image and where it is. */
export interface ReferenceImage {
  digest: string;
  /** `<url>:<tag>` in the first repository of a kind that has it. */
  private?: string;
  public?: string;
}

/** Name of the container that the verification runs and removes: another sandbox may run its own at the same time. */
const containerName = `ecr-sandbox-petclinic-${process.pid}`;

/** The Pet Clinic's port; `SANDBOX_APP_PORT` overrides it, and 0 lets Docker choose. */
export function appPort(): number {
  return Number(process.env["SANDBOX_APP_PORT"] ?? "8080");
}

/** The Pet Clinic's image, by its key in Pulumi.local.yaml: the stack may have other repositories and images by now. */
export function referenceImage({ images }: StackOutputs): ReferenceImage | undefined {
  const image = images["petclinic"];
  if (image === undefined) return undefined;
  const tagged = (kind: string) => {
    const reference = Object.entries(image.references).find(([repository]) => repository.startsWith(`${kind}/`))?.[1];
    return reference?.replace(/@.*$/, `:${image.tag}`);
  };
  return { digest: image.digest, private: tagged("private"), public: tagged("public") };
}

/**
 * Verifies, as a user would, who can pull the image from where, and that it runs. Logins go to a temporary Docker
 * config.
 */
export async function prove(env: NodeJS.ProcessEnv, image: ReferenceImage): Promise<void> {
  const noLogin = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-proof-"));
  const docker: CommandOptions = { cwd: projectRoot, env: { ...env, DOCKER_CONFIG: noLogin } };
  try {
    await runSteps([
      ...(image.public === undefined ? [] : publicProof(image.public, docker)),
      ...(image.private === undefined ? [] : privateProof(image.private, env, docker)),
      ...containerProof(image, docker),
    ]);
  } finally {
    await run("docker", ["rm", "--force", containerName], docker);
    fs.rmSync(noLogin, { recursive: true, force: true });
  }
}

function publicProof(image: string, docker: CommandOptions): Step[] {
  const title = "Anyone pulls the public image, without a login";
  return [
    {
      title,
      task: async ({ rename }) => {
        await run("docker", ["image", "rm", image], docker);
        await runOrThrow("docker", ["pull", "--quiet", image], docker);
        rename(`${title}: ${image}`);
      },
    },
  ];
}

function privateProof(image: string, env: NodeJS.ProcessEnv, docker: CommandOptions): Step[] {
  const registry = image.slice(0, image.indexOf("/"));
  const [refusal, pull] = ["The private image is refused without a login", "and pulled with one"];
  return [
    {
      title: refusal,
      task: async ({ rename }) => {
        await run("docker", ["image", "rm", image], docker);
        const refused = await run("docker", ["pull", "--quiet", image], docker);
        if (refused.code === 0) throw new Error(`${image} was pulled without a login`);
        rename(`${refusal}: ${refused.stderr.trim().split("\n").at(-1)}`);
      },
    },
    {
      title: pull,
      task: async ({ rename }) => {
        const ask = ["ecr", "get-login-password", "--region", sandboxRegion];
        const password = await runOrThrow("aws", ask, { cwd: projectRoot, env });
        const login = ["login", "--username", "AWS", "--password-stdin", registry];
        await runOrThrow("docker", login, { ...docker, input: password });
        await runOrThrow("docker", ["pull", "--quiet", image], docker);
        rename(`${pull}: ${image}`);
      },
    },
  ];
}

function containerProof(image: ReferenceImage, docker: CommandOptions): Step[] {
  const reference = (image.public ?? image.private)?.replace(/:[^:/]*$/, `@${image.digest}`);
  if (reference === undefined) return [];
  const port = appPort();
  return [
    {
      title: `The image runs on ${port === 0 ? "a free port" : `port ${port}`}`,
      task: async ({ rename }) => {
        const publish = `127.0.0.1:${port}:8080`;
        const start = ["run", "--detach", "--name", containerName, "--read-only", "-p", publish, reference];
        await runOrThrow("docker", start, docker);
        const logs = () => runOrThrow("docker", ["logs", containerName], docker);
        const address = (await runOrThrow("docker", ["port", containerName, "8080/tcp"], docker)).trim();
        const title = await pageTitle(`http://${address}/`, logs);
        rename(`The image runs on port ${address.split(":").at(-1)} and answers: “${title}”`);
      },
    },
    {
      title: "The container is removed",
      task: () => runOrThrow("docker", ["rm", "--force", containerName], docker),
    },
  ];
}

/** Waits for the page and returns its title. */
async function pageTitle(url: string, logs: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + 20_000;
  let last = "no answer";
  while (Date.now() < deadline) {
    refuseWhenInterrupted();
    // Docker accepts and closes connections before the application listens. Node may then never settle the request, and
    // exits when nothing else is pending.
    const attempt = new AbortController();
    const limit = setTimeout(() => attempt.abort(new Error("no answer within 2 s")), 2_000);
    try {
      const answer = await fetch(url, { signal: attempt.signal });
      const title = /<title>([^<]*Pet Clinic[^<]*)<\/title>/.exec(await answer.text())?.[1];
      if (answer.ok && title !== undefined) return title.trim();
      last = `HTTP ${answer.status}, title ${title}`;
    } catch (error) {
      last = String(error instanceof Error ? (error.cause ?? error) : error);
    } finally {
      clearTimeout(limit);
    }
    await sleep(100);
  }
  throw new Error(`${url} did not show the Pet Clinic within 20 s: ${last}\n${await logs()}`);
}
