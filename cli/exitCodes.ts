// Exit codes of all commands: 0 success, 1 failure, 2 findings, 130 interrupted (docs/commands.md).

/**
 * The command succeeded and found what it looks for: a fault, a deployed image that would be deleted, an exceeded
 * budget.
 */
export const foundExitCode = 2;

/** Ctrl-C, as in shells: 128 plus the signal's number. */
export const interruptedExitCode = 130;
