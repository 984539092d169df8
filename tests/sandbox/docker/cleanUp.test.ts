import assert from "node:assert/strict";
import * as http from "node:http";
import * as path from "node:path";
import { removeImagesOf } from "../../../sandbox/docker/cleanUp";
import { removeTemporary, temporaryDirectory } from "../temporary";

const HOST = "127.0.0.1:5000";
const DIGEST = `sha256:${"a".repeat(64)}`;

const IMAGES = [
  { Id: "sha256:tagged", RepoTags: [`${HOST}/petclinic:latest`], RepoDigests: [`${HOST}/petclinic@${DIGEST}`] },
  { Id: "sha256:shared", RepoTags: [`${HOST}/petclinic:v1`, "petclinic:latest"], RepoDigests: [] },
  { Id: "sha256:dangling", RepoTags: ["<none>:<none>"], RepoDigests: [`${HOST}/old@${DIGEST}`] },
  { Id: "sha256:neighbour", RepoTags: ["127.0.0.1:50001/petclinic:latest"], RepoDigests: null },
  { Id: "sha256:user", RepoTags: ["petclinic:mine"], RepoDigests: null },
  { Id: "sha256:nameless", RepoTags: null, RepoDigests: null },
];
const CONTAINERS = [
  { Id: "by-name", Image: `${HOST}/petclinic:latest`, ImageID: "sha256:tagged" },
  { Id: "by-id", Image: "sha256:dangling", ImageID: "sha256:dangling" },
  { Id: "by-shared-name", Image: `${HOST}/petclinic:v1`, ImageID: "sha256:shared" },
  { Id: "of-the-user", Image: "petclinic:latest", ImageID: "sha256:shared" },
  { Id: "other", Image: "petclinic:mine", ImageID: "sha256:user" },
];

describe("sandbox/docker: clean-up", () => {
  let server: http.Server;
  let deleted: string[];
  let answer: (url: string) => [number, unknown];
  let docker: { dockerHost: string };
  beforeEach(async () => {
    deleted = [];
    answer = () => [200, []];
    server = http.createServer((request, response) => {
      const url = String(request.url);
      let result: [number, unknown] = [200, url.startsWith("/images") ? IMAGES : CONTAINERS];
      if (request.method === "DELETE") {
        deleted.push(url);
        result = answer(url);
      }
      response.writeHead(result[0], { "Content-Type": "application/json" }).end(JSON.stringify(result[1]));
    });
    const socket = path.join(temporaryDirectory(), "docker.sock");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    docker = { dockerHost: `unix://${socket}` };
  });
  afterEach(() => {
    server.close();
    removeTemporary();
  });

  it("waits for containers that are already being removed", async () => {
    let conflicts = 2;
    answer = (url) =>
      url.startsWith("/containers/by-name") && conflicts-- > 0 ? [409, { message: "in progress" }] : [200, []];
    const removed = await removeImagesOf({ docker, registryHosts: [HOST], progress: () => {} });
    assert.equal(removed.containers, 3);
    assert.equal(deleted.filter((url) => url.startsWith("/containers/by-name")).length, 3);
  });

  it("removes only images and containers of the sandbox's registries", async () => {
    const removed = await removeImagesOf({ docker, registryHosts: [HOST], progress: () => {} });
    assert.deepEqual(deleted, [
      "/containers/by-name?force=true&v=true",
      "/containers/by-id?force=true&v=true",
      "/containers/by-shared-name?force=true&v=true",
      `/images/${HOST}/petclinic:latest`,
      `/images/${HOST}/petclinic@${DIGEST}`,
      `/images/${HOST}/petclinic:v1`,
      `/images/${HOST}/old@${DIGEST}`,
    ]);
    assert.equal(removed.containers, 3);
  });

  it("treats 404 as removed, continues after other errors, and reports them at the end", async () => {
    answer = (url) => {
      if (url.includes("@")) {
        return [404, { message: "no such image" }];
      }
      return url.includes(":v1") ? [409, { message: "conflict: image is being used" }] : [200, []];
    };
    await assert.rejects(
      removeImagesOf({ docker, registryHosts: [HOST], progress: () => {} }),
      /did not remove everything of the sandbox:\n- image 127\.0\.0\.1:5000\/petclinic:v1: conflict: image is being used$/,
    );
    assert.equal(new Set(deleted).size, 7, "the others were removed");
  });

  it("does nothing without registries", async () => {
    assert.deepEqual(await removeImagesOf({ docker, registryHosts: [], progress: () => {} }), {
      containers: 0,
      references: [],
    });
    assert.deepEqual(deleted, []);
  });
});
