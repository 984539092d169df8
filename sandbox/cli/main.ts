import { bench } from "./bench";
import { down } from "./down";
import { local } from "./local";
import { runInSandbox } from "./runInSandbox";
import { test } from "./test";

/** The sandbox's commands, as package.json's scripts name them. Each answers its exit code. */
const commands: Record<string, (args: string[]) => Promise<number>> = { local, down, run: runInSandbox, test, bench };

async function main([name = "", ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`unknown command ${JSON.stringify(name)}: write one of ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  return command(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
