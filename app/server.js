import { createApplication } from "./src/application.js";
import { log } from "./src/log.js";
import { createStore } from "./src/store.js";

/** How long running requests may take once a stop was asked for; Docker and ECS kill after 10 and 30 s. */
const STOP_TIMEOUT_MS = 5_000;

const port = readPort(process.env.PORT ?? "8080");
const host = process.env.HOST || undefined;
const application = createApplication(createStore());

application.server.on("error", (error) => {
  log("error", "cannot listen", { port, error: error.message });
  process.exitCode = 1;
});
application.server.listen({ port, host }, () => {
  log("info", "listening", { port: application.server.address().port });
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => void stop(signal));
}

/** Stops accepting, lets running requests finish and ends the process: 0, or 1 when requests had to be cut off. */
async function stop(signal) {
  log("info", "stopping", { signal });
  const finished = await application.stop(STOP_TIMEOUT_MS);
  log(finished ? "info" : "error", finished ? "stopped" : "stopped; unfinished requests were cut off");
  process.exit(finished ? 0 : 1);
}

/** A port number from the environment; 0 lets the system choose. */
function readPort(text) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    log("error", `PORT is ${JSON.stringify(text)}; it must be a number from 0 to 65535`);
    process.exit(1);
  }
  return value;
}
