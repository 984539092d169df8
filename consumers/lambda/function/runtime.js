// The runtime that a function's image needs (AWS Lambda developer guide, "Using the Lambda runtime API for custom
// runtimes"). AWS's base images include one; this is a complete, minimal one. Outside Lambda it answers on port 8080 at
// the path of AWS's runtime interface emulator, so that `docker run` is enough to try it.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { handler } from "./handler.js";

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const localPort = 8080;
const localPath = "/2015-03-31/functions/function/invocations";

/** The handler's result, or the error in Lambda's format. */
async function run(body) {
  try {
    return { result: (await handler(JSON.parse(body || "{}"))) ?? null };
  } catch (error) {
    return { failure: { errorType: error?.name ?? "Error", errorMessage: String(error?.message ?? error) } };
  }
}

/** Handles one event after the other until Lambda stops the container. */
async function serveLambda() {
  const base = `http://${api}/2018-06-01/runtime/invocation`;
  for (;;) {
    const next = await fetch(`${base}/next`);
    const id = next.headers.get("lambda-runtime-aws-request-id");
    const { result, failure } = await run(await next.text());
    await fetch(`${base}/${id}/${failure ? "error" : "response"}`, {
      method: "POST",
      body: JSON.stringify(failure ?? result),
    });
  }
}

function serveLocally() {
  const server = createServer(async (request, response) => {
    if (request.method !== "POST" || request.url !== localPath) {
      response.writeHead(404).end();
      return;
    }
    const { result, failure } = await run(await text(request));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(failure ?? result));
  });
  server.listen(localPort);
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.close(() => process.exit(0)));
}

if (api) await serveLambda();
else serveLocally();
