import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface PublishedPack {
  organization: string;
  /** The CLI's description of the pack: name, version and policies. */
  description: { name: string; versionTag: string; policies: { name: string; enforcementLevel: string }[] };
  tarball: Buffer;
  /** Whether the CLI has reported the upload as complete. */
  complete: boolean;
}

/** The part of Pulumi Cloud's API that `pulumi policy publish` calls. */
export class PulumiCloud {
  readonly published: PublishedPack[] = [];

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<PulumiCloud> {
    const server = http.createServer();
    const cloud = new PulumiCloud(server);
    server.on("request", (request, response) => void cloud.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return cloud;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = this.answerTo(`${request.method} ${request.url}`, Buffer.concat(chunks));
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { code: 404, message: "not found" }));
  }

  private answerTo(request: string, body: Buffer): object | undefined {
    if (request.startsWith("GET /api/user")) return { githubLogin: "octo", name: "octo", organizations: [] };
    const [, organization] = /^POST \/api\/orgs\/([^/]+)\/policypacks$/.exec(request) ?? [];
    if (organization !== undefined) {
      const description = JSON.parse(body.toString());
      this.published.push({ organization, description, tarball: Buffer.alloc(0), complete: false });
      return { version: this.published.length, uploadURI: `${this.address}/uploads` };
    }
    const pack = this.published.at(-1);
    if (pack === undefined) return undefined;
    const { name, versionTag } = pack.description;
    if (request === "PUT /uploads") {
      pack.tarball = body;
      return {};
    }
    const version = `POST /api/orgs/${pack.organization}/policypacks/${name}/versions/${versionTag}`;
    if (request !== `${version}/complete`) return undefined;
    pack.complete = true;
    return {};
  }
}
