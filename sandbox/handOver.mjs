// How the first file of a command ends: with the exit code of the script that it hands over to, or with a readable
// error.
import { spawn } from "node:child_process";
import { exitCodeOf, onSignal, refuseWhenInterrupted } from "./signals.mjs";

/** Runs a script in place of this one, with its output, signals, and exit code. */
export function handOver(node, script, args) {
  const child = spawn(node, ["--enable-source-maps", script, ...args], { stdio: "inherit" });
  // The script decides what a signal means, and treats one that the terminal also sent it as the same signal.
  onSignal((signal) => child.kill(signal === "SIGKILL" ? "SIGINT" : signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

export function failure(error) {
  try {
    // A bundler interrupted by Ctrl-C fails with its own message.
    refuseWhenInterrupted();
  } catch (interruption) {
    console.error("Interrupted. Run the command again: it continues where it stopped.");
    return exitCodeOf(interruption.signal);
  }
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
}

/** A closed output (`| head`) is not an error. */
export function endWithClosedPipe() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
