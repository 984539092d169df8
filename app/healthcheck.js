// The image's HEALTHCHECK: exit code 0 when the server answers /healthz with 200 in time, 1 otherwise.
import http from "node:http";

const request = http.get(
  { host: "127.0.0.1", port: Number(process.env.PORT ?? "8080"), path: "/healthz", timeout: 2_500, agent: false },
  (response) => {
    response.resume();
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  },
);
request.on("timeout", () => request.destroy(new Error("no answer in time")));
request.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
