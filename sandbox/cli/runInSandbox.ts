import { runInForeground } from "../system/commands";
import { setUp } from "./setUp";

/** `npm run sandbox -- COMMAND…`: runs any command where it meets the local AWS, its logins and its state. */
export async function runInSandbox([command, ...args]: string[]): Promise<number> {
  if (command === undefined) {
    console.error(
      "usage: npm run sandbox -- COMMAND [ARGUMENT…], such as: npm run sandbox -- pulumi stack output --json",
    );
    return 2;
  }
  const { env } = await setUp({ quiet: true });
  return runInForeground(command, args, env);
}
