import { parseArgs } from "node:util";
import { engineVersion } from "../engine/installEngine";
import { sandboxHome } from "../paths";
import { type SandboxStatus, sandboxStatus } from "../services/status";
import { runSteps } from "./steps";

/**
 * `npm run sandbox -- status [--json]`: what runs, where, in which version, and how much space it uses. Starts nothing.
 */
export async function status(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: "boolean", default: false } } });
  let found: SandboxStatus | undefined;
  const look = async () => {
    found = await sandboxStatus(sandboxHome(), { pulumi: engineVersion() });
  };
  await runSteps([{ title: "Disk use and versions", task: look }], { quiet: true });
  if (found === undefined) throw new Error("the look at the sandbox ended early");
  console.log(values.json ? JSON.stringify(found, undefined, 2) : describe(found));
  return 0;
}

function describe({ home, running, services, addresses, versions, disk }: SandboxStatus): string {
  const lines: string[] = [`Sandbox ${home}: ${running ? "runs" : "not fully running; any command starts it"}`, ""];
  for (const { name, pid, startedAt, memory } of services) {
    const since = startedAt === undefined ? "" : ` since ${new Date(startedAt).toISOString()}`;
    lines.push(row(name, pid === undefined ? "stopped" : `process ${pid}${since}, ${megabytes(memory ?? 0)} resident`));
  }
  if (addresses) {
    const { endpoint, publicRegistry, registries } = addresses;
    lines.push("", row("AWS endpoint", endpoint), row("public registry", publicRegistry));
    for (const registry of registries.filter((each) => each !== publicRegistry)) {
      lines.push(row("private registry", registry));
    }
  }
  lines.push("", ...Object.entries(versions).map(([name, version]) => row(`${name} version`, version)));
  lines.push("", ...Object.entries(disk).map(([name, bytes]) => row(`${name} on disk`, megabytes(bytes))));
  return lines.join("\n");
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(22)}${value}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
