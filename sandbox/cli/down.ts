import * as fs from "node:fs";
import { removeBaseImage } from "../docker/baseImage";
import { removeImagesOf } from "../docker/cleanUp";
import { releaseDocker } from "../docker/daemon";
import { projectRoot, sandboxHome } from "../paths";
import { registryHosts, stopServices } from "../services/services";
import { runOrThrow } from "../system/commands";
import { localStack } from "./environment";
import { pulumiStep } from "./pulumiStep";
import { setUp } from "./setUp";
import { runSteps } from "./steps";

/** `npm run local:down`: destroys the stack, stops what the sandbox started, and removes what it left behind. */
export async function down(): Promise<number> {
  const home = sandboxHome();
  if (!fs.existsSync(home)) {
    console.log("There is no sandbox: nothing to do.");
    return 0;
  }
  // Destroying needs the local AWS: what is not running is started once more.
  const { env, docker } = await setUp();
  const stacks = await runOrThrow("pulumi", ["stack", "ls", "--json"], { cwd: projectRoot, env });
  const exists = (JSON.parse(stacks) as { name: string }[]).some(({ name }) => name === localStack);
  if (exists) {
    const destroy = ["destroy", "--stack", localStack];
    console.log(`\n$ pulumi ${destroy.join(" ")}\n`);
    const code = await pulumiStep(home, destroy, env);
    if (code !== 0) {
      console.error(
        "\npulumi destroy failed: see its message above. The sandbox is left running; run the command again.",
      );
      return code;
    }
    console.log("");
  }
  await runSteps([
    // Before the containers: ECS would start others in place of those that are removed.
    { title: "Local AWS", task: () => stopServices(home) },
    {
      title: "Containers and images",
      task: async ({ progress }) => {
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
