import * as fs from "node:fs";
import * as path from "node:path";
import { Listr } from "listr2";
import { ensureBaseImage } from "../docker/baseImage";
import { type DockerEnvironment, ensureDocker } from "../docker/daemon";
import { installEngine } from "../engine/installEngine";
import { sandboxHome } from "../paths";
import { installProviders } from "../providers/installProviders";
import { installAwsCli } from "../services/awsCli";
import { ensureDistribution, ensureGateway, ensureMinistack, type RunningServices } from "../services/services";
import { replaceLink } from "../system/files";
import type { Progress } from "../system/progress";
import { commandEnvironment, dockerConfig } from "./environment";
import { stepDisplay } from "./steps";

interface Parts {
  engine?: { pulumiHome: string };
  docker?: DockerEnvironment;
  distributionSocket?: string;
  ministackUrl?: string;
}

/** A sandbox that runs. */
export interface Sandbox {
  home: string;
  /** The environment in which commands meet it. */
  env: NodeJS.ProcessEnv;
  docker: DockerEnvironment;
  services: RunningServices;
}

export interface SetUpOptions {
  /**
   * Leaves standard output to the command that follows: only what really has to be fetched or started is told, on
   * standard error. Default: false.
   */
  quiet?: boolean;
}

/**
 * Brings and starts what the sandbox needs, each part only when it is missing, with its name, what it is doing and its
 * time. Parts that do not need each other go side by side: the engine's build on a machine without downloads takes
 * minutes.
 */
export async function setUp({ quiet = false }: SetUpOptions = {}): Promise<Sandbox> {
  const home = sandboxHome();
  fs.mkdirSync(path.join(home, "bin"), { recursive: true, mode: 0o700 });
  fs.chmodSync(home, 0o700);
  const tell = quiet ? tellOnStandardError : tellAsOutput;

  const steps = new Listr<Parts, "default" | "silent">(
    [
      {
        title: "Pulumi engine",
        task: async (parts, task) => {
          const progress = tell(task);
          parts.engine = await installEngine({ home, progress });
          await installProviders({ pulumiHome: parts.engine.pulumiHome, progress });
        },
      },
      {
        title: "Docker",
        task: async (parts, task) => {
          const progress = tell(task);
          parts.docker = await ensureDocker({ home, progress, dockerConfig: dockerConfig(home) });
          await ensureBaseImage({ home, docker: parts.docker, progress });
          task.title = parts.docker.description;
        },
      },
      {
        title: "AWS CLI",
        task: async (_, task) =>
          replaceLink(await installAwsCli({ progress: tell(task) }), path.join(home, "bin", "aws")),
      },
      {
        title: "Image storage (CNCF Distribution)",
        task: async (parts, task) => {
          parts.distributionSocket = await ensureDistribution({ home, progress: tell(task) });
        },
      },
      {
        title: "Other AWS services (MiniStack)",
        task: async (parts, task) => {
          parts.ministackUrl = await ensureMinistack({ home, progress: tell(task) });
        },
      },
    ],
    { concurrent: true, ...stepDisplay(quiet) },
  );
  const { engine, docker, distributionSocket, ministackUrl } = await steps.run();
  if (!engine || !docker || !distributionSocket || !ministackUrl) throw new Error("the sandbox's set-up ended early");

  const gateway = new Listr<{ services?: RunningServices }, "default" | "silent">(
    [
      {
        title: "Local AWS",
        task: async (parts, task) => {
          const options = { home, progress: tell(task) };
          parts.services = await ensureGateway(options, { distributionSocket, ministackUrl });
          task.title = `Local AWS at ${parts.services.endpoint}`;
        },
      },
    ],
    stepDisplay(quiet),
  );
  const { services } = await gateway.run();
  if (!services) throw new Error("the sandbox's set-up ended early");
  return { home, env: commandEnvironment({ home, services, docker, pulumiHome: engine.pulumiHome }), docker, services };
}

type Tell = (task: { title: string; output: string }) => Progress;

/** Milliseconds between two messages of a step where each stays a line: a build sends hundreds. */
const lineInterval = 5000;

/** Shows what a step is doing as its output line: each on a terminal, where it replaces the last, else now and then. */
const tellAsOutput: Tell = (task) => {
  let last = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (!process.stdout.isTTY && Date.now() - last < lineInterval) return;
    last = Date.now();
    task.output = message;
  };
};

const tellOnStandardError: Tell = (task) => (message) => console.error(`${task.title}: ${message}`);
