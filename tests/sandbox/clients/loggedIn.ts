import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../../../sandbox/system/commands";
import type { TestSandbox } from "../gateway/harness";
import { privateToken, publicToken } from "../gateway/registryClient";

/** A folder with a Docker config as `docker login` writes it, and what clients need to run there. */
export interface LoggedIn {
  folder: string;
  /** Docker's config file with the logins. */
  authFile: string;
  /** The private registry's address. */
  host: string;
  publicHost: string;
  /** Contains none of the user's own settings. */
  env: NodeJS.ProcessEnv;
  /** Runs a client in the folder. @returns Its output. */
  run(program: string, ...args: string[]): Promise<string>;
}

export async function logIn(sandbox: TestSandbox): Promise<LoggedIn> {
  const folder = path.join(sandbox.home, "clients");
  const authFile = path.join(folder, "config.json");
  const { token, host } = await privateToken(sandbox);
  const publicHost = sandbox.gateway.publicRegistry;
  const auths = { [host]: { auth: token }, [publicHost]: { auth: await publicToken(sandbox) } };
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.writeFileSync(authFile, JSON.stringify({ auths }), { mode: 0o600 });
  const env = { PATH: process.env["PATH"], HOME: folder, DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: authFile };
  const run = async (program: string, ...args: string[]) =>
    (await runOrThrow(program, args, { env, cwd: folder })).trim();
  return { folder, authFile, host, publicHost, env, run };
}
