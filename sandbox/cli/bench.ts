import { inOwnSandbox, runPackageProgram } from "./ownSandbox";

/** `npm run bench`: runs measurements in their own sandbox; the arguments are those of bench/main.ts. */
export async function bench(args: string[]): Promise<number> {
  return inOwnSandbox((env) => runPackageProgram(["ts-node", "--transpile-only", "bench/main.ts", ...args], env));
}
