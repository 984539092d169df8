/**
 * Loaded by mocha first. Coverage is measured in the test process only: the commands that tests start run bundles, and
 * measuring them takes a quarter of their time. Without the variable, Node no longer enables source maps by itself, and
 * c8 needs them.
 */
if (process.env["MOCHA_WORKER_ID"] !== undefined && process.env["NODE_V8_COVERAGE"] !== undefined) {
  delete process.env["NODE_V8_COVERAGE"];
  process.setSourceMapsEnabled(true);
  // Mocha ends a worker by SIGTERM unless it has gone a second after its last test. On a busy machine the coverage, which
  // is written at the end, takes longer; without it, all of it would be missing.
  process.on("SIGTERM", () => {});
}
