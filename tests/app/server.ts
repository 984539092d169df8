import { type ChildProcess, spawn } from "node:child_process";
import * as http from "node:http";
import * as path from "node:path";
import * as readline from "node:readline";

const application = path.resolve(__dirname, "../../app");

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface RunningServer {
  port: number;
  process: ChildProcess;
  /** Everything the server wrote to standard output. */
  output(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  get(path: string, headers?: http.OutgoingHttpHeaders): Promise<Answer>;
  /** Sends a form the way a browser does. */
  post(path: string, fields: Record<string, string>, headers?: http.OutgoingHttpHeaders): Promise<Answer>;
  request(method: string, path: string, headers?: http.OutgoingHttpHeaders, body?: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts the application as its image does, on a free port. */
export async function startServer(env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const child = spawn(process.execPath, ["server.js"], {
    cwd: application,
    env: { ...process.env, PORT: "0", HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const port = await new Promise<number>((resolve, reject) => {
    readline.createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      const entry = JSON.parse(line) as { message: string; port?: number };
      if (entry.message === "listening" && entry.port !== undefined) {
        resolve(entry.port);
      }
    });
    void ended.then((code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
  const request = (method: string, target: string, headers: http.OutgoingHttpHeaders = {}, body?: string) =>
    send(port, method, target, headers, body);
  return {
    port,
    process: child,
    output: () => output,
    ended,
    request,
    get: (target, headers) => request("GET", target, headers),
    post: (target, fields, headers) =>
      request(
        "POST",
        target,
        { "Content-Type": "application/x-www-form-urlencoded", ...headers },
        new URLSearchParams(fields).toString(),
      ),
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function send(
  port: number,
  method: string,
  target: string,
  headers: http.OutgoingHttpHeaders,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port, method, path: target, headers, agent: false },
      async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) {
          text += chunk;
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
