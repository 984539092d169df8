import { errorText } from "./aws/clients";
import { interruptedExitCode } from "./exitCodes";
import { createProgram } from "./program";
import { clearMovingLine, endQuietlyWithoutReader, printError } from "./terminal";

endQuietlyWithoutReader();
// What runs others (Pulumi, the sandbox) waits for them, with a listener of its own.
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
