import * as fs from "node:fs";
import * as path from "node:path";
import { removeBaseImage } from "../docker/baseImage";
import { removeImagesOf } from "../docker/cleanUp";
import { ensureDocker, releaseDocker, usesDocker } from "../docker/daemon";
import { sandboxHome } from "../paths";
import { registryHosts, stopServices } from "../services/services";
import { dockerConfig, localStack } from "./environment";
import { pulumiStep } from "./pulumiStep";
import { setUp } from "./setUp";
import { isLocked } from "./stackLocks";
import { runSteps } from "./steps";

/** `npm run local:down`: destroys the stack, stops what the sandbox started, and removes what it left behind. */
export async function down(): Promise<number> {
  const home = sandboxHome();
  if (!fs.existsSync(home)) {
    console.log("There is no sandbox: nothing to do.");
    return 0;
  }
  if (hasStack(home)) {
    const code = await destroy();
    if (code !== 0 && isLocked(home, localStack)) {
      console.error("\nThe sandbox is left running. Wait for the other command, or stop it, and run this one again.");
      return code;
    }
    // By default repositories with images are not deleted, nor are protected resources; here both must go.
    if (code !== 0) console.error("\nWhatever pulumi destroy could not delete is removed with the local AWS.");
    console.log("");
  }
  await runSteps([
    // Before the containers are removed: ECS would replace them.
    { title: "Local AWS", task: () => stopServices(home) },
    {
      title: "Containers and images",
      // After an interrupted set-up, taking it down must not build the engine or install Docker.
      skip: () => !usesDocker(home),
      task: async ({ progress }) => {
        const docker = await ensureDocker({ home, progress, dockerConfig: dockerConfig(home) });
        await removeImagesOf({ docker, registryHosts: registryHosts(home), progress });
        await removeBaseImage({ home, docker, progress });
      },
    },
    { title: "Docker", task: () => releaseDocker(home) },
    { title: "State, logs and logins", task: () => fs.promises.rm(home, { recursive: true, force: true }) },
  ]);
  console.log("\nThe sandbox is gone. Downloads and builds stay in the cache, so that the next start takes seconds.");
  return 0;
}

/** Destroying needs the local AWS, so stopped parts are started once more. */
async function destroy(): Promise<number> {
  const { home, env } = await setUp();
  const command = ["destroy", "--stack", localStack];
  console.log(`\n$ pulumi ${command.join(" ")}\n`);
  return pulumiStep(home, command, env);
}

/** Whether Pulumi's state in the sandbox has the stack, under any project name, because a fork may have renamed it. */
function hasStack(home: string): boolean {
  const stacks = path.join(home, "state", ".pulumi", "stacks");
  const projects = fs.existsSync(stacks) ? fs.readdirSync(stacks) : [];
  return projects.some((project) => fs.existsSync(path.join(stacks, project, `${localStack}.json`)));
}
