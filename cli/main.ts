import { errorText } from "./aws/clients";
import { interruptedExitCode } from "./exitCodes";
import { createProgram } from "./program";
import { clearMovingLine, exitQuietlyOnClosedPipe, printError } from "./terminal";

exitQuietlyOnClosedPipe();
// Commands that run another program (Pulumi, the sandbox) wait for it with a listener of their own.
process.on("SIGINT", () => {
  if (process.listenerCount("SIGINT") > 1) return;
  clearMovingLine();
  printError("Interrupted.");
  process.exit(interruptedExitCode);
});

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    printError(error instanceof Error && error.name === "Error" ? error.message : errorText(error));
    process.exitCode = 1;
  });
