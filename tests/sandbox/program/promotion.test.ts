import * as assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { TestProject } from "./project";

describe("an environment that promotes images from the previous one", function () {
  this.timeout(900_000);
  let project: TestProject;
  const account = String(randomInt(100_000_000_000, 999_999_999_999));
  const other = { AWS_ACCESS_KEY_ID: account };
  const pulumi = (...args: string[]) => project.run("pulumi", [...args, "--stack", "next", "--non-interactive"], other);

  before(async () => {
    project = new TestProject();
    // The other account needs pull access before it can copy.
    project.edit(
      "Pulumi.local.yaml",
      "      forceDelete: true\n",
      `      forceDelete: true\n      access: { pullFrom: ["${account}"] }\n`,
    );
    const salt = project
      .read("Pulumi.local.yaml")
      .split("\n")
      .find((line) => line.startsWith("encryptionsalt"));
    project.write(
      "Pulumi.next.yaml",
      `${salt}
config:
  aws:region: eu-west-1
  aws:allowedAccountIds: ["${account}"]
  ecr:privateRepositories:
    petclinic: { forceDelete: true }
  ecr:promotion:
    from: local
    images:
      petclinic: { repositories: [private/petclinic], tag: "1.0.0" }
      shared: { image: petclinic }
`,
    );
    await project.init();
    const init = await project.run("pulumi", ["stack", "init", "next", "--non-interactive"], other);
    assert.equal(init.code, 0, init.output);
  });
  after(async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    await project?.mustPulumi("destroy", "--yes", "--skip-preview");
    project?.remove();
  });

  it("fails and names the other stack while that one has no outputs", async () => {
    const result = await pulumi("preview");
    assert.notEqual(result.code, 0);
    assert.match(result.output, /the stack organization\/ecr\/local has no outputs of the ECR program/);
  });

  it("copies the exact digest to its account under a release tag, and references what it does not copy", async () => {
    await project.up();
    const result = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(result.code, 0, result.output);
    const { images: before } = await project.outputs();
    const { images } = JSON.parse((await pulumi("stack", "output", "--json")).stdout) as typeof project extends {
      outputs(): Promise<infer Outputs>;
    }
      ? Outputs
      : never;
    assert.equal(images["petclinic"]?.digest, before["petclinic"]?.digest);
    assert.equal(images["petclinic"]?.tag, "1.0.0");
    assert.notEqual(images["petclinic"]?.reference, before["petclinic"]?.reference);
    assert.equal(images["shared"]?.reference, before["petclinic"]?.reference);
    const listed = await project.run(
      "aws",
      ["ecr", "describe-images", "--repository-name", "petclinic", "--region", "eu-west-1", "--output", "json"],
      other,
    );
    const { imageDetails } = JSON.parse(listed.stdout) as {
      imageDetails: { imageDigest: string; imageTags: string[] }[];
    };
    assert.deepEqual(
      imageDetails.map(({ imageDigest }) => imageDigest),
      [before["petclinic"]?.digest],
    );
    assert.ok(imageDetails[0]?.imageTags.includes("1.0.0"));
  });

  it("rolls back to the previous release by digest and tag", async () => {
    const digestNow = async () => {
      const { images } = JSON.parse((await pulumi("stack", "output", "--json")).stdout) as Awaited<
        ReturnType<typeof project.outputs>
      >;
      return images["petclinic"]?.digest;
    };
    const release = async (settings: string) => {
      project.write("Pulumi.next.yaml", project.read("Pulumi.next.yaml").replace(/petclinic: \{ repo.*/, settings));
      const result = await pulumi("up", "--yes", "--skip-preview");
      assert.equal(result.code, 0, result.output);
    };
    const first = await digestNow();
    project.write("app/public/release.txt", "1.1.0");
    await project.up();
    await release('petclinic: { repositories: [private/petclinic], tag: "1.1.0" }');
    const second = await digestNow();
    assert.notEqual(second, first);
    await release(`petclinic: { repositories: [private/petclinic], tag: "1.0.0", digest: "${first}" }`);
    assert.equal(await digestNow(), first);
    const again = await pulumi("preview", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("sends its login only to the other stack's registry, whatever host that stack's outputs name", async () => {
    const seen: string[] = [];
    const hostile = http.createServer(({ url = "", headers }, response) => {
      seen.push(`${url} ${headers.authorization ?? ""}`);
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="hostile"' }).end();
    });
    await new Promise<void>((resolve) => {
      hostile.listen(0, "127.0.0.1", resolve);
    });
    const state = fs.readFileSync(project.stateFile, "utf8");
    const { images } = await project.outputs();
    const host = `127.0.0.1:${(hostile.address() as AddressInfo).port}`;
    const reference = images["petclinic"]?.reference ?? "";
    fs.writeFileSync(project.stateFile, state.replaceAll(reference, reference.replace(/^[^/]+/, host)));
    try {
      for (const operation of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const result = await pulumi(...operation);
        assert.notEqual(result.code, 0);
        assert.match(
          result.output,
          /promotion\.images\.petclinic: the stack organization\/ecr\/local says that its private\/petclinic has .*, but the login belongs to the registry .* and is not sent to 127\.0\.0\.1:/,
        );
      }
      assert.deepEqual(seen, []);
    } finally {
      fs.writeFileSync(project.stateFile, state);
      hostile.close();
    }
  });

  it("plans no change when nothing changed, and rejects an unknown image by name", async () => {
    const again = await pulumi("preview", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    project.edit("Pulumi.next.yaml", "image: petclinic", "image: shop");
    const result = await pulumi("preview");
    assert.notEqual(result.code, 0);
    assert.match(
      result.output,
      /promotion\.images\.shared: the stack organization\/ecr\/local has no image "shop": it has petclinic/,
    );
  });
});
