import { projectRoot } from "../paths";
import { runInForeground, runOrThrow } from "../system/commands";
import { portProblem } from "../system/ports";
import { localStack } from "./environment";
import { appPort, prove, type StackOutputs } from "./proof";
import { setUp } from "./setUp";

/** `npm run local`: sets the sandbox up, runs the reference job with Pulumi, and proves it as a user would. */
export async function local(): Promise<number> {
  await refuseTakenPort(appPort(), "SANDBOX_APP_PORT");
  const { env } = await setUp();
  await selectStack(env);

  const up = ["up", "--policy-pack", "policies", "--policy-pack-config", "policies/config/local.json"];
  console.log(`\n$ pulumi ${up.join(" ")}\n`);
  const code = await runInForeground("pulumi", up, { ...env, PULUMI_SKIP_CONFIRMATIONS: "true" });
  if (code !== 0) {
    console.error("\npulumi up failed: see its message above. What was created so far is kept; run the command again.");
    return code;
  }

  const json = await runOrThrow("pulumi", ["stack", "output", "--json"], { cwd: projectRoot, env });
  console.log("");
  await prove(env, JSON.parse(json) as StackOutputs);
  console.log(`
Outputs (pulumi stack output --json):
${json.trim()}

Go on:
  npm run sandbox -- pulumi preview --diff             change something in app/ or Pulumi.local.yaml first
  npm run sandbox -- aws ecr describe-repositories
  npm run sandbox -- docker pull ${Object.values((JSON.parse(json) as StackOutputs).publicRepositories)[0]?.url}:latest
  npm run local:down                                   takes all of it away again
`);
  return 0;
}

/** The stack of the sandbox's own state; its config stands in Pulumi.local.yaml. */
async function selectStack(env: NodeJS.ProcessEnv): Promise<void> {
  await runOrThrow("pulumi", ["stack", "select", "--create", localStack], { cwd: projectRoot, env });
}

/** Better now, with the way out, than after minutes of set-up. */
async function refuseTakenPort(port: number, variable: string): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${variable}=${process.env[variable]}: a port is a whole number from 1 to 65535`);
  }
  const problem = await portProblem(port);
  if (problem !== undefined) {
    throw new Error(
      `port ${port} cannot be used (${problem}): stop what listens there, or choose another one with ${variable}=<port> npm run local`,
    );
  }
}
