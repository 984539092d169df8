import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ContainerImageSettings, containerImageFaults } from "../../components/images/containerImage";

const target = { kind: "private", logicalName: "petclinic", tagSettings: undefined } as const;

describe("BuildKit settings", () => {
  let context: string;
  beforeEach(() => {
    context = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
    fs.writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\n");
  });
  afterEach(() => fs.rmSync(context, { recursive: true }));

  const messages = (settings: Partial<ContainerImageSettings>) =>
    containerImageFaults({ context, repositories: [target], ...settings }).map(
      ({ path: at, value, rule, fix }) => `${at}: ${JSON.stringify(value)} ${rule} ${fix}`,
    );
  const secret = "hunter22-hunter22";

  it("are accepted as the docs show them", () => {
    const settings = {
      builder: "buildkit",
      secrets: { npm_token: { env: "NPM_TOKEN" }, npmrc: { file: "~/.npmrc" }, "a.b-c": { value: secret } },
      ssh: { default: [], github: ["~/.ssh/deploy_key"] },
      cacheTo: "buildcache",
      cacheFrom: ["latest"],
      network: "none",
      platforms: ["linux/amd64", "linux/arm64"],
    } as const;
    assert.deepEqual(messages(settings as unknown as Partial<ContainerImageSettings>), []);
    assert.deepEqual(messages({ builder: "docker" }), []);
  });

  it("are refused for Docker's own builder, all at once and without showing a secret", () => {
    const found = messages({ secrets: { a: { value: secret } }, ssh: { default: [] }, cacheTo: "buildcache" });
    assert.equal(found.length, 3, found.join("\n"));
    for (const [index, property] of ["secrets", "ssh", "cacheTo"].entries()) {
      assert.match(found[index] ?? "", new RegExp(`^${property}: .* write builder: "buildkit", or remove ${property}`));
    }
    assert.ok(!found.join().includes(secret));
  });

  for (const [what, settings, expected] of [
    ["an unknown builder", { builder: "kaniko" }, /^builder: "kaniko" must be "docker" or "buildkit"\./],
    [
      "Docker engines for platforms",
      { platforms: ["linux/amd64"], builders: { "linux/amd64": "ssh://a@b" } },
      /^builders: .*remove builders; `docker buildx create --append/,
    ],
    ["a Docker network", { network: "backend" }, /^network: "backend" .*Allowed: default, none, host\./],
    [
      "a secret without a source",
      { secrets: { a: {} } },
      /^secrets\.a: "\(hidden\)" a secret must come from exactly one place/,
    ],
    [
      "a secret with two sources",
      { secrets: { a: { env: "A", value: secret } } },
      /^secrets\.a: "\(hidden\)" a secret must come from exactly one place/,
    ],
    ["a secret in place of a map", { secrets: { a: secret } }, /^secrets\.a: "\(hidden\)" a secret must come from/],
    [
      "a misspelled source",
      { secrets: { a: { environment: "A" } } },
      /^secrets\.a: "\(hidden\)" a secret must come from/,
    ],
    [
      "a secret in place of a variable's name",
      { secrets: { a: { env: secret } } },
      /^secrets\.a\.env: "\(hidden\)" an env/,
    ],
    ["a secret ID with a comma", { secrets: { "a,src=/x": { env: "A" } } }, /^secrets\.a,src=\/x: .* an id must begin/],
    ["an SSH ID with a space", { ssh: { "my key": [] } }, /^ssh\.my key: "my key" an id must begin with/],
    [
      "SSH keys that are not a list",
      { ssh: { default: "~/.ssh/id" } },
      /^ssh\.default: "~\/\.ssh\/id" must be a list of paths/,
    ],
    ["a cache under an invalid tag", { cacheTo: "a:b" }, /^cacheTo: "a:b" an image tag can have only letters/],
    [
      "a cache under the image's own tag",
      { cacheTo: "latest", tags: ["latest"] },
      /^cacheTo: "latest" a build cache is/,
    ],
    [
      "a cache under the image's release tag",
      { cacheTo: "1.0", tagFrom: { fixed: "1.0" } },
      /^cacheTo: "1\.0" a build cache is not an image/,
    ],
    [
      "a cache under an immutable tag",
      {
        cacheTo: "buildcache",
        repositories: [{ ...target, tagSettings: { imageTagMutability: "IMMUTABLE", exclusionFilters: [] } }],
      },
      /^cacheTo: "buildcache" the private repository "petclinic" is IMMUTABLE.*exclusionFilters/,
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      const found = messages({ ...{ builder: "buildkit" }, ...settings } as unknown as Partial<ContainerImageSettings>);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
      assert.ok(!found[0]?.includes(secret));
    });
  }

  it("are refused if a secret's file would be sent to Docker, and accepted if .dockerignore excludes it", () => {
    fs.writeFileSync(path.join(context, ".npmrc"), secret);
    const settings = { builder: "buildkit", secrets: { npmrc: { file: path.join(context, ".npmrc") } } } as const;
    const found = messages(settings);
    assert.match(
      found.join("\n"),
      /^secrets\.npmrc\.file: .* this file is part of the build context.* write "\.npmrc" into \.dockerignore/,
    );
    fs.writeFileSync(path.join(context, ".dockerignore"), ".npmrc\n");
    assert.deepEqual(messages(settings), []);
  });

  it("are refused if a secret's file would be sent under another name, through a link to it or to the context", () => {
    const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), "links-"));
    fs.writeFileSync(path.join(context, ".npmrc"), secret);
    fs.symlinkSync(path.join(context, ".npmrc"), path.join(elsewhere, "npmrc"));
    fs.symlinkSync(context, path.join(elsewhere, "app"));
    for (const file of ["npmrc", "app/.npmrc"]) {
      const settings = { builder: "buildkit", secrets: { npmrc: { file: path.join(elsewhere, file) } } } as const;
      assert.match(messages(settings).join("\n"), /part of the build context.* write "\.npmrc" into \.dockerignore/);
    }
    fs.writeFileSync(path.join(elsewhere, "own"), secret);
    assert.deepEqual(messages({ builder: "buildkit", secrets: { npmrc: { file: path.join(elsewhere, "own") } } }), []);
    fs.rmSync(elsewhere, { recursive: true });
  });

  it("are refused for links in the context to files that are not sent, which the provider reads and Docker does not", () => {
    const link = (name: string, to: string) => fs.symlinkSync(to, path.join(context, name));
    fs.mkdirSync(path.join(context, "folder"));
    fs.writeFileSync(path.join(context, "ignored"), "1");
    fs.writeFileSync(path.join(context, ".dockerignore"), "ignored\nleft-out\n");
    link("fine", "Dockerfile");
    link("also-fine", "folder");
    link("nowhere", "none");
    link("circle", "circle2");
    link("circle2", "circle");
    link("to-ignored", "ignored");
    link("out", "/etc/hostname");
    link("left-out", "none");
    const found = messages({ builder: "buildkit" }).filter((each) => each.includes("docker-build provider"));
    const names = found.map((each) => /^context: "[^"]*\/([^"/]+)" /.exec(each)?.[1]);
    assert.deepEqual(names, ["circle", "circle2", "nowhere", "out", "to-ignored"]);
    assert.match(found[2] ?? "", /this one leads nowhere\. create the link in the Dockerfile/);
    assert.match(found[3] ?? "", /this one leads to a file that is not sent to Docker/);
    for (const circle of ["circle", "circle2"]) fs.rmSync(path.join(context, circle));
    assert.deepEqual(messages({}), []);
  });
});
