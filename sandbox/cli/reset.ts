import * as fs from "node:fs";
import { sandboxHome } from "../paths";
import { emptyServices, forgetResources } from "../services/emptyServices";
import { servicesStatus, startServices, stopServices } from "../services/services";
import { runSteps } from "./steps";

/**
 * `npm run sandbox -- reset`: empties the local AWS. Reinstalls nothing, and keeps ports and credentials. Services that
 * were running are restarted.
 */
export async function reset(): Promise<number> {
  const home = sandboxHome();
  if (!fs.existsSync(home)) {
    console.log("There is no sandbox: nothing to do.");
    return 0;
  }
  const ran = servicesStatus(home).some((service) => service.running);
  await runSteps([
    { title: "Stop the local AWS", task: () => stopServices(home) },
    {
      title: "Remove repositories, images and all other resources, Pulumi's stacks and logins",
      task: async () => {
        await emptyServices(home);
        forgetResources(home);
      },
    },
    { title: "Start it again", skip: () => !ran, task: () => startServices({ home }) },
  ]);
  console.log("\nThe local AWS is empty. Ports and credentials are unchanged.");
  return 0;
}
