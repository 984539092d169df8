import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as path from "node:path";
import { pipeline } from "node:stream";
import { runOrThrow } from "../../sandbox/system/commands";
import { temporaryDirectory } from "./temporary";

const host = "git.example.com";

/**
 * A Git repository at https://git.example.com/org/<name>, for programs started with `env`: they trust its certificate
 * and reach it through a proxy. A URL with a port would be simpler, but users' URLs have none.
 */
export class GitServer {
  private constructor(
    private readonly server: https.Server,
    private readonly proxy: http.Server,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param clone The repository to serve, with its tags. */
  static async start(clone: string, name: string): Promise<GitServer> {
    const root = temporaryDirectory();
    await runOrThrow("git", ["clone", "--quiet", "--bare", clone, path.join(root, "org", `${name}.git`)]);
    const { key, certificate } = await makeCertificate();
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) };
    const server = https.createServer(tls, (request, response) => answer(root, request, response));
    const port = await listen(server);
    const proxy = http.createServer().on("connect", ({ url = "" }: http.IncomingMessage, client: net.Socket) => {
      const [target = "", targetPort = "443"] = url.split(":");
      // Other hosts, such as npm's registry, are reached directly.
      const socket = target === host ? net.connect(port, "127.0.0.1") : net.connect(Number(targetPort), target);
      socket.once("connect", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
      pipeline(client, socket, client, () => undefined);
    });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}`, SSL_CERT_FILE: certificate };
    return new GitServer(server, proxy, env);
  }

  close(): void {
    for (const each of [this.server, this.proxy]) {
      each.close();
      each.closeAllConnections();
    }
  }
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
  });
}

async function makeCertificate(): Promise<{ key: string; certificate: string }> {
  const folder = temporaryDirectory();
  const [key, certificate] = [path.join(folder, "key.pem"), path.join(folder, "certificate.pem")];
  const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await runOrThrow("openssl", ["req", "-x509", ...made, ...subject, "-keyout", key, "-out", certificate]);
  return { key, certificate };
}

/** Answers through Git's own CGI program. */
function answer(root: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", `https://${host}`);
  const { headers } = request;
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  // It may exit without reading everything.
  backend.stdin.on("error", () => undefined);
  request.pipe(backend.stdin);
  let head = Buffer.alloc(0);
  backend.stdout.on("data", function onHead(data: Buffer) {
    head = Buffer.concat([head, data]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    backend.stdout.off("data", onHead);
    let status = 200;
    for (const line of head.subarray(0, end).toString("latin1").split("\r\n")) {
      const colon = line.indexOf(":");
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
      if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  });
}
