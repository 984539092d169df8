import * as fs from "node:fs";
import * as path from "node:path";
import { Listr } from "listr2";
import { ensureBaseImage } from "../docker/baseImage";
import { type DockerEnvironment, ensureDocker } from "../docker/daemon";
import { installEngine } from "../engine/installEngine";
import { sandboxHome } from "../paths";
import { installProviders } from "../providers/installProviders";
import { installAwsCli } from "../services/awsCli";
import { installDistribution } from "../services/distribution";
import { installMinistack } from "../services/ministack";
import { type RunningServices, startServices } from "../services/services";
import { commandEnvironment, type SandboxParts, sandboxAccount, sandboxRegion } from "./environment";
import { stepDisplay } from "./steps";

interface Progress {
  engine?: { pulumiHome: string };
  docker?: DockerEnvironment;
  services?: RunningServices;
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
 *
 * @returns the environment in which commands meet the sandbox
 */
export async function setUp({ quiet = false }: SetUpOptions = {}): Promise<NodeJS.ProcessEnv> {
  const home = sandboxHome();
  fs.mkdirSync(path.join(home, "bin"), { recursive: true });
  fs.chmodSync(home, 0o700);

  const tell = quiet ? tellOnStandardError : tellAsOutput;
  const steps = new Listr<Progress, "default" | "silent">(
    [
      {
        title: "Pulumi engine",
        task: async (context, task) => {
          context.engine = await installEngine({ home, progress: tell(task) });
          await installProviders({ pulumiHome: context.engine.pulumiHome, progress: tell(task) });
        },
      },
      {
        title: "Docker and base image",
        task: async (context, task) => {
          context.docker = await ensureDocker({ home, progress: tell(task) });
          await ensureBaseImage({ home, docker: context.docker, progress: tell(task) });
          task.title = `Docker and base image: ${context.docker.description}`;
        },
      },
      {
        title: "AWS CLI",
        task: async (_, task) => {
          const aws = await installAwsCli({ progress: tell(task) });
          replaceLink(aws, path.join(home, "bin", "aws"));
        },
      },
      {
        title: "Local AWS",
        task: async (context, task) => {
          await installDistribution({ progress: tell(task) });
          await installMinistack({ progress: tell(task) });
          context.services = await startServices({
            home,
            accountId: sandboxAccount,
            region: sandboxRegion,
            progress: tell(task),
          });
          task.title = `Local AWS: ${context.services.endpoint}`;
        },
      },
    ],
    { concurrent: true, ...stepDisplay(quiet) },
  );
  const { engine, docker, services } = await steps.run();
  if (!engine || !docker || !services) throw new Error("the sandbox's set-up ended early");
  const parts: SandboxParts = {
    home,
    endpoint: services.endpoint,
    accessKeyId: services.accessKeyId,
    secretAccessKey: services.secretAccessKey,
    pulumiHome: engine.pulumiHome,
    dockerHost: docker.dockerHost,
  };
  return commandEnvironment(parts);
}

type Tell = (task: { title: string; output: string }) => (message: string) => void;

/** Shows what a step is doing as its output line. */
const tellAsOutput: Tell = (task) => (message) => {
  task.output = message;
};

const tellOnStandardError: Tell = (task) => (message) => console.error(`${task.title}: ${message}`);

/** Points a link somewhere else in one step, so that a command that starts meanwhile finds the old or the new one. */
function replaceLink(target: string, link: string): void {
  const temporary = `${link}.${process.pid}`;
  fs.symlinkSync(target, temporary);
  fs.renameSync(temporary, link);
}
