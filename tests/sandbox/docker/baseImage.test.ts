import assert from "node:assert/strict";
import * as http from "node:http";
import * as path from "node:path";
import { BASE_IMAGE, ensureBaseImage } from "../../../sandbox/docker/baseImage";
import { removeTemporary, temporaryDirectory } from "../temporary";

const title = "org.opencontainers.image.title";
const recipe = "local.sandbox.recipe";

type Labels = Record<string, string> | null;

/** A fake engine that has a base image and can pull; it records the changes requested of it. */
describe("sandbox/docker: an existing base image", () => {
  let server: http.Server;
  let labels: Labels;
  let changes: string[];
  let dockerHost: string;

  beforeEach(async () => {
    changes = [];
    server = http.createServer((request, response) => {
      const { method, url } = request;
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (method !== "GET") changes.push(`${method} ${url}`);
      if (method === "GET" && url === `/images/${BASE_IMAGE}/json`) {
        answer(200, { Id: "sha256:older", Config: { Labels: labels } });
      } else if (method === "GET") {
        answer(404, { message: "no such image" });
      } else {
        answer(url?.includes("/tag?") ? 201 : 200, {});
      }
    });
    const socket = path.join(temporaryDirectory(), "docker.sock");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    dockerHost = `unix://${socket}`;
  });
  afterEach(() => {
    server.close();
    removeTemporary();
  });

  const origin = async () => {
    const docker = { dockerHost, architecture: "amd64" };
    return (await ensureBaseImage({ home: "", docker, progress: () => {} })).origin;
  };

  for (const [what, older] of Object.entries<Labels>({
    "with an older recipe": { [title]: "Node for the sandbox", [recipe]: "1" },
    "with a recipe from before the recipe label": { [title]: "Node for the sandbox" },
  })) {
    it(`is replaced when it was made here ${what}; the old one is removed last`, async () => {
      labels = older;
      assert.equal(await origin(), "pulled");
      assert.deepEqual(changes, [
        "POST /images/create?fromImage=docker.io/library/node&tag=22-slim",
        "POST /images/node:22-slim/tag?repo=sandbox.local/node&tag=22",
        "DELETE /images/node:22-slim",
        "DELETE /images/sha256:older",
      ]);
    });
  }

  for (const [what, own] of Object.entries<Labels>({
    "made with the current recipe": { [title]: "Node for the sandbox", [recipe]: "2" },
    "pulled, without labels": null,
    "pulled or made by the user, with another title": { [title]: "Our Node" },
  })) {
    it(`stays when it was ${what}`, async () => {
      labels = own;
      assert.equal(await origin(), "present");
      assert.deepEqual(changes, []);
    });
  }
});
