import * as fs from "node:fs";
import * as path from "node:path";
import { emptyState } from "../gateway/state/emptyState";
import { distributionStorage } from "./distribution";
import { gatewayStateDirectory } from "./gatewayProcess";
import { ministackState } from "./ministack";

/**
 * Removes everything that stopped services have stored: repositories and images, keys, roles, queues. Ports and
 * credentials are kept.
 */
export async function emptyServices(home: string): Promise<void> {
  for (const folder of [distributionStorage(home), ministackState(home)]) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  await emptyState(gatewayStateDirectory(home));
}

/** Removes other state that refers to the removed resources: this sandbox's Pulumi stacks and logins. */
export function forgetResources(home: string): void {
  for (const name of ["state", "docker-config"]) {
    const folder = path.join(home, name);
    for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      // Links to the user's Docker plugins are kept: they are not logins.
      if (name === "docker-config" && entry !== "config.json") continue;
      fs.rmSync(path.join(folder, entry), { recursive: true, force: true });
    }
  }
}
