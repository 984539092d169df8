import * as fs from "node:fs";
import * as path from "node:path";
import { ensureBaseImage } from "../docker/baseImage";
import { type DockerEnvironment, ensureDocker } from "../docker/daemon";
import { installEngine } from "../engine/installEngine";
import { sandboxHome } from "../paths";
import { installProviders } from "../providers/installProviders";
import { installAwsCli } from "../services/awsCli";
import { ensureDistribution, ensureGateway, ensureMinistack, type RunningServices } from "../services/services";
import { replaceLink } from "../system/files";
import { commandEnvironment, dockerConfig } from "./environment";
import { removeStaleLocks } from "./stackLocks";
import { runSteps, type StepDisplay } from "./steps";

interface SetUpParts {
  engine?: { pulumiHome: string };
  docker?: DockerEnvironment;
  distributionSocket?: string;
  ministackUrl?: string;
  services?: RunningServices;
}

/** A running sandbox. */
export interface Sandbox {
  home: string;
  /** The environment for commands that use it. */
  env: NodeJS.ProcessEnv;
  docker: DockerEnvironment;
  services: RunningServices;
}

export interface SetUpOptions {
  /** Keeps stdout for the command that follows: only downloads and starts are reported, on stderr. Default: false. */
  quiet?: boolean;
}

/**
 * Installs and starts whatever the sandbox lacks, and shows each part's name, activity, and time. Independent parts run
 * in parallel: building the engine on a machine without downloads takes minutes.
 */
export async function setUp({ quiet = false }: SetUpOptions = {}): Promise<Sandbox> {
  const home = sandboxHome();
  fs.mkdirSync(path.join(home, "bin"), { recursive: true, mode: 0o700 });
  fs.chmodSync(home, 0o700);

  const parts: SetUpParts = {};
  await runSteps(
    [
      {
        title: "Pulumi engine",
        task: async ({ progress }) => {
          parts.engine = await installEngine({ home, progress });
          await installProviders({ pulumiHome: parts.engine.pulumiHome, progress });
        },
      },
      {
        title: "Docker",
        task: async ({ progress, rename }) => {
          parts.docker = await ensureDocker({ home, progress, dockerConfig: dockerConfig(home) });
          await ensureBaseImage({ home, docker: parts.docker, progress });
          rename(parts.docker.description);
        },
      },
      {
        title: "AWS CLI",
        task: async ({ progress }) => replaceLink(await installAwsCli({ progress }), path.join(home, "bin", "aws")),
      },
      {
        title: "Image storage (CNCF Distribution)",
        task: async ({ progress }) => {
          parts.distributionSocket = await ensureDistribution({ home, progress });
        },
      },
      {
        title: "Other AWS services (MiniStack)",
        task: async ({ progress }) => {
          parts.ministackUrl = await ensureMinistack({ home, progress });
        },
      },
    ],
    { concurrent: true, quiet },
  );
  const { engine, docker, distributionSocket, ministackUrl } = parts;
  if (!engine || !docker || !distributionSocket || !ministackUrl) throw new Error("the sandbox's set-up ended early");

  const gateway = {
    title: "Local AWS",
    task: async ({ progress, rename }: StepDisplay) => {
      parts.services = await ensureGateway({ home, progress }, { distributionSocket, ministackUrl });
      rename(`Local AWS at ${parts.services.endpoint}`);
    },
  };
  await runSteps([gateway], { quiet });
  const { services } = parts;
  if (!services) throw new Error("the sandbox's set-up ended early");
  for (const stack of removeStaleLocks(home)) {
    console.error(`Removed the lock of stack "${stack}": the Pulumi process that held it has ended.`);
  }
  return { home, env: commandEnvironment({ home, services, docker, pulumiHome: engine.pulumiHome }), docker, services };
}
