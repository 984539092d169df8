import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Listr } from "listr2";
import { projectRoot } from "../paths";
import { sandboxRegion } from "../services/services";
import { type CommandOptions, run, runOrThrow } from "../system/commands";
import { stepDisplay } from "./steps";

/** What the proof needs of the stack's outputs. */
export interface StackOutputs {
  privateRepositories: Record<string, { url: string }>;
  publicRepositories: Record<string, { url: string }>;
  images: Record<string, { tag: string; digest: string }>;
}

/** Name of the container that the proof runs and removes: another sandbox may run its own at the same time. */
const containerName = `ecr-sandbox-petclinic-${process.pid}`;

/** Port on which the Pet Clinic is shown; `SANDBOX_APP_PORT` names another one. */
export function appPort(): number {
  return Number(process.env["SANDBOX_APP_PORT"] ?? "8080");
}

/**
 * Shows that the stack does what it says, as a user would see it: who can pull from where, and that the image runs.
 * Logins go to a Docker config of its own that is gone afterwards.
 */
export async function prove(env: NodeJS.ProcessEnv, outputs: StackOutputs): Promise<void> {
  const privateUrl = only(outputs.privateRepositories, "private repository").url;
  const publicUrl = only(outputs.publicRepositories, "public repository").url;
  const { tag, digest } = only(outputs.images, "image");
  const privateImage = `${privateUrl}:${tag}`;
  const publicImage = `${publicUrl}:${tag}`;
  const noLogin = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-proof-"));
  const docker: CommandOptions = { cwd: projectRoot, env: { ...env, DOCKER_CONFIG: noLogin } };
  const port = appPort();

  const steps = new Listr(
    [
      {
        title: "Anyone pulls the public image, without a login",
        task: async (_, task) => {
          await run("docker", ["image", "rm", publicImage], docker);
          await runOrThrow("docker", ["pull", "--quiet", publicImage], docker);
          task.title += `: ${publicImage}`;
        },
      },
      {
        title: "The private image is refused without a login",
        task: async (_, task) => {
          await run("docker", ["image", "rm", privateImage], docker);
          const refused = await run("docker", ["pull", "--quiet", privateImage], docker);
          if (refused.code === 0) throw new Error(`${privateImage} was pulled without a login`);
          task.title += `: ${refused.stderr.trim().split("\n").at(-1)}`;
        },
      },
      {
        title: "and pulled with one",
        task: async (_, task) => {
          const password = await runOrThrow("aws", ["ecr", "get-login-password", "--region", sandboxRegion], {
            cwd: projectRoot,
            env,
          });
          const registry = privateUrl.slice(0, privateUrl.indexOf("/"));
          await runOrThrow("docker", ["login", "--username", "AWS", "--password-stdin", registry], {
            ...docker,
            input: password,
          });
          await runOrThrow("docker", ["pull", "--quiet", privateImage], docker);
          task.title += `: ${privateImage}`;
        },
      },
      {
        title: `The image runs on port ${port}`,
        task: async (_, task) => {
          const publish = `127.0.0.1:${port}:8080`;
          const image = `${publicUrl}@${digest}`;
          await runOrThrow(
            "docker",
            ["run", "--detach", "--name", containerName, "--read-only", "-p", publish, image],
            docker,
          );
          const title = await pageTitle(`http://127.0.0.1:${port}/`, () =>
            runOrThrow("docker", ["logs", containerName], docker),
          );
          task.title += ` and answers: “${title}”`;
        },
      },
      {
        title: "The container is removed",
        task: () => runOrThrow("docker", ["rm", "--force", containerName], docker).then(() => {}),
      },
    ],
    stepDisplay(),
  );
  try {
    await steps.run();
  } finally {
    await run("docker", ["rm", "--force", containerName], docker);
    fs.rmSync(noLogin, { recursive: true, force: true });
  }
}

/** Waits for the page and returns its title. */
async function pageTitle(url: string, logs: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + 20_000;
  let last = "no answer";
  while (Date.now() < deadline) {
    // Docker takes connections before the application does, and closes them: Node then may leave the request without an
    // end, and ends itself when nothing else is waited for.
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

function only<T>(values: Record<string, T>, what: string): T {
  const [first] = Object.values(values);
  if (first === undefined) throw new Error(`the stack's outputs hold no ${what}`);
  return first;
}
