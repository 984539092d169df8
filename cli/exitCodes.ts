// What every command ends with: 0 fine, 1 failed, 2 found something, 130 interrupted (docs/commands.md).

/** The command did its work, and found what it looks for: a fault, a deployed image that would go, a budget exceeded. */
export const foundExitCode = 2;

/** Ctrl-C, as shells count it: 128 and the signal's number. */
export const interruptedExitCode = 130;
