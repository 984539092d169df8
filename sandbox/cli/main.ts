import { Interrupted, interruption, listenForSignals } from "../system/interruption";
import { bench } from "./bench";
import { down } from "./down";
import { local } from "./local";
import { runInSandbox } from "./runInSandbox";
import { test } from "./test";

/** The sandbox's commands, by names that bootstrap.mjs has validated (commandTexts.mjs). Each returns its exit code. */
const commands: Record<string, (args: string[]) => Promise<number>> = { local, down, run: runInSandbox, test, bench };

/** The message after Ctrl-C, for commands that leave something behind. */
const again = " Run the command again: it continues where it stopped.";
const ownSandbox = ["test", "bench"];

listenForSignals();
const [name = "", ...args] = process.argv.slice(2);
const command = commands[name] ?? (() => Promise.reject(new Error(`${name}: no such command`)));
command(args).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const end = error instanceof Interrupted ? error : interruption();
    if (end === undefined) console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    // After SIGPIPE nobody reads the message.
    else if (end.signal !== "SIGPIPE") console.error(`Interrupted.${ownSandbox.includes(name) ? "" : again}`);
    // Work that does not end by itself is abandoned.
    if (end !== undefined) process.exit(end.code);
    process.exitCode = 1;
  },
);
