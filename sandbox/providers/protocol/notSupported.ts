/** The one sentence by which a stand-in refuses what it does not do. */
export function notSupported(what: string, supported: readonly string[]): string {
  return (
    `${what} not supported by the sandbox's stand-in; supported are ${[...supported].sort().join(", ")}; ` +
    "SANDBOX_PLUGINS=released uses the released plugin"
  );
}
