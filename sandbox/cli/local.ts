import { parseArgs } from "node:util";
import { projectRoot, sandboxHome } from "../paths";
import { takenPorts } from "../services/gatewayProcess";
import { runOrThrow } from "../system/commands";
import { portProblem } from "../system/ports";
import { localStack } from "./environment";
import { appPort, prove, type ReferenceImage, referenceImage, type StackOutputs } from "./proof";
import { pulumiStep } from "./pulumiStep";
import { setUp } from "./setUp";

/**
 * `npm run local [-- --outputs]`: sets up the sandbox, runs the reference job with Pulumi, and verifies the result as a
 * user would.
 */
export async function local(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { outputs: { type: "boolean", default: false } } });
  await refuseTakenPorts();
  const { home, env, services } = await setUp();
  await selectStack(env);

  // The outputs are shown once, at the end, on request.
  const quieter = ["--suppress-outputs", ...(process.stdout.isTTY ? [] : ["--suppress-progress"])];
  const up = ["up", "--policy-pack", "policies", "--policy-pack-config", "policies/config/local.json", ...quieter];
  console.log(`\n$ pulumi ${up.join(" ")}\n`);
  const code = await pulumiStep(home, up, env);
  if (code !== 0) {
    console.error(
      "\npulumi up failed: fix what its message above reports, and run the command again. What was created so far is kept.",
    );
    return code;
  }

  const json = await runOrThrow("pulumi", ["stack", "output", "--json"], { cwd: projectRoot, env });
  const image = referenceImage(JSON.parse(json) as StackOutputs);
  console.log("");
  if (image !== undefined) await prove(env, image);
  if (values.outputs) console.log(`\n${json.trim()}`);
  console.log(`\n${summary(services.endpoint, image)}`);
  return 0;
}

/** A summary of what exists, where, and how to look at it; details are shown on request. */
function summary(endpoint: string, image: ReferenceImage | undefined): string {
  const shown = image?.public ?? image?.private;
  const rows: [string, string | undefined][] = [
    ["private", image?.private],
    ["public", image?.public],
    ["image", shown === undefined ? "Pulumi.local.yaml no longer has petclinic: nothing was pulled or run" : undefined],
    ["look", "npm run sandbox -- aws ecr describe-repositories"],
    ["run it", shown && `npm run sandbox -- docker run --rm -p 127.0.0.1:${appPort()}:8080 ${shown}`],
    ["change", "app/ or Pulumi.local.yaml, then npm run local"],
    ["more", "npm run local -- --outputs, npm run sandbox -- status, npm run local:down"],
  ];
  const lines = rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(7)}  ${text}`]));
  return [`The stack "${localStack}" is whole, in a local AWS at ${endpoint}`, ...lines].join("\n");
}

/** Selects the stack in the sandbox's own state; its config is in Pulumi.local.yaml. */
async function selectStack(env: NodeJS.ProcessEnv): Promise<void> {
  await runOrThrow("pulumi", ["stack", "select", "--create", localStack], { cwd: projectRoot, env });
}

/** Reports all of them with their fix now, rather than one at a time after minutes of set-up. */
async function refuseTakenPorts(): Promise<void> {
  const problems = [...(await appPortProblem(appPort(), "SANDBOX_APP_PORT")), ...(await takenPorts(sandboxHome()))];
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

async function appPortProblem(port: number, variable: string): Promise<string[]> {
  if (port === 0) return [];
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    const found = process.env[variable];
    return [`${variable}: "${found}" is not a port. Write a number from 1 to 65535, or 0 for any free port.`];
  }
  const problem = await portProblem(port);
  return problem === undefined
    ? []
    : [
        `port ${port} cannot be used (${problem}): stop whatever listens there, or choose another port with ${variable}=<port> npm run local`,
      ];
}
