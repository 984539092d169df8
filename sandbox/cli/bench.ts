import { inOwnSandbox, runPackageProgram } from "./ownSandbox";

/** `npm run bench`: measurements in a sandbox of their own; arguments are bench/main.ts's. */
export async function bench(args: string[]): Promise<number> {
  return inOwnSandbox((env) => runPackageProgram(["ts-node", "--transpile-only", "bench/main.ts", ...args], env));
}
