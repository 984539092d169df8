import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { pushCommands } from "../../../ecr/docker/pushCommands";

/** The words into which a POSIX shell splits a command. */
function words(command: string): string[] {
  const { stdout, status } = spawnSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8", cwd: "/" });
  assert.equal(status, 0);
  return stdout.split("\0").slice(0, -1);
}

describe("ecr/docker/pushCommands", () => {
  it("returns the console's commands for a private repository", () => {
    assert.deepEqual(
      pushCommands({
        kind: "private",
        region: "ap-northeast-2",
        repositoryUrl: "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic",
        imageName: "petclinic",
        tag: "latest",
      }),
      {
        login:
          "aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS --password-stdin 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com",
        build: "docker build -t petclinic .",
        tag: "docker tag petclinic:latest 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic:latest",
        push: "docker push 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic:latest",
      },
    );
  });

  it("gets the token for a public repository from us-east-1, whatever the region", () => {
    assert.deepEqual(
      pushCommands({
        kind: "public",
        region: "ap-northeast-2",
        repositoryUrl: "public.ecr.aws/a1b2c3/petclinic",
        imageName: "petclinic",
        tag: "1.0",
      }),
      {
        login:
          "aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin public.ecr.aws",
        build: "docker build -t petclinic .",
        tag: "docker tag petclinic:latest public.ecr.aws/a1b2c3/petclinic:1.0",
        push: "docker push public.ecr.aws/a1b2c3/petclinic:1.0",
      },
    );
  });

  it("adds the platform, Dockerfile, build arguments and context when given", () => {
    const { build, tag } = pushCommands({
      kind: "private",
      region: "us-east-1",
      repositoryUrl: "localhost:5000/petclinic",
      imageName: "localhost:5000/team/petclinic:dev",
      tag: "v1",
      platform: "linux/amd64",
      dockerfile: "app/Dockerfile",
      buildArgs: { BASE: "sandbox.local/node:22", NOTE: "it's $HOME" },
      context: "./app",
    });
    assert.equal(
      build,
      "docker build -t localhost:5000/team/petclinic:dev --platform linux/amd64 -f app/Dockerfile " +
        "--build-arg BASE=sandbox.local/node:22 --build-arg 'NOTE=it'\\''s $HOME' ./app",
    );
    // A name with its own tag keeps it; a port is not a tag.
    assert.equal(tag, "docker tag localhost:5000/team/petclinic:dev localhost:5000/petclinic:v1");
  });

  it("does not let files whose names begin with `-` become options", () => {
    const { build } = pushCommands({
      kind: "private",
      region: "us-east-1",
      repositoryUrl: "h/r",
      imageName: "r",
      tag: "t",
      context: "-",
      dockerfile: "--help",
    });
    assert.equal(build, "docker build -t r -f ./--help ./-");
  });

  it("quotes every value so that the shell reads back exactly that value", () => {
    const nasty = fc.string({ unit: fc.constantFrom(..."a'\"$`\\ ;&|<>*?~#!()\n"), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(nasty, nasty, (value, context) => {
        const { build } = pushCommands({
          kind: "private",
          region: "us-east-1",
          repositoryUrl: "h/r",
          imageName: "r",
          tag: "t",
          buildArgs: { X: value },
          context,
        });
        assert.deepEqual(words(build), ["docker", "build", "-t", "r", "--build-arg", `X=${value}`, context]);
      }),
      { numRuns: 100 },
    );
  });
});
