/** The message with which every stand-in refuses what it does not support. */
export function notSupported(what: string, supported: readonly string[]): string {
  return (
    `${what} not supported by the sandbox's stand-in. Supported: ${[...supported].sort().join(", ")}. ` +
    "Use the released plugin with SANDBOX_PLUGINS=released"
  );
}
