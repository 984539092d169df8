import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Result, TestProject } from "./project";

const program = `
import * as fs from "node:fs";
import { ContainerImage, PrivateRepository } from "./components";

const settings = JSON.parse(fs.readFileSync("settings.json", "utf8"));
const team = new PrivateRepository("team", { encryption: "aes256", forceDelete: true });
const image = new ContainerImage("app", { context: "tiny", repositories: [team], ...settings });
export const { tag, digest } = image;
`;

const nowhere = { DOCKER_HOST: "unix:///no/such/docker.sock" };

describe("a stack without a running Docker engine", function () {
  this.timeout(900_000);
  let project: TestProject;

  const pulumi = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    project.run("pulumi", [...args, "--stack", "local", "--non-interactive"], env);
  const up = ["up", "--yes", "--skip-preview"];
  async function must(result: Promise<Result>): Promise<string> {
    const { code, output } = await result;
    assert.equal(code, 0, output);
    return output;
  }
  const settings = (values: object) => project.write("settings.json", JSON.stringify(values));
  const change = (content: string) => project.write("tiny/tiny.txt", content);

  beforeEach(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    fs.mkdirSync(path.join(project.directory, "tiny"));
    project.write("tiny/Dockerfile", "FROM scratch\nCOPY tiny.txt /\n");
    change("1");
  });
  afterEach(() => project?.remove());

  it("with BuildKit: previews a new stack, an unchanged one and a changed one, and updates an unchanged one", async () => {
    settings({ builder: "buildkit" });
    assert.match(await must(pulumi(nowhere, "preview")), /docker-build:index:Image .*create/);
    await must(pulumi(nowhere, ...up));
    await must(pulumi(nowhere, "preview", "--expect-no-changes"));
    await must(pulumi(nowhere, ...up, "--expect-no-changes"));
    change("2");
    assert.match(await must(pulumi(nowhere, "preview")), /docker-build:index:Image .*create/);
  });

  it("with an image already in its registry: previews and updates with either builder", async () => {
    settings({ builder: "buildkit" });
    await must(pulumi({}, ...up));
    settings({ builder: "docker" });
    await must(pulumi(nowhere, "preview"));
    await must(pulumi(nowhere, ...up));
    await must(pulumi(nowhere, "preview", "--expect-no-changes"));
  });

  // Pulumi's Docker provider, and so its stand-in, connects to an engine in Configure (docker-provider 5.2.0).
  it("with Docker's own builder: fails previews, suggests BuildKit, and switches to it without a build", async () => {
    settings({ builder: "docker" });
    const advice = /none answers there: .* or write builder: "buildkit", whose previews do not need an engine\./;
    const refused = async (expected: RegExp, ...args: string[]) => {
      const { code, output } = await pulumi(nowhere, ...args);
      assert.notEqual(code, 0, output);
      assert.match(output, expected);
    };
    await refused(advice, "preview");
    await must(pulumi({}, ...up));
    const built = await project.outputs();
    await refused(/failed to connect to any docker daemon/, "preview");
    await refused(/failed to connect to any docker daemon/, ...up);
    change("2");
    await refused(advice, "preview");
    change("1");
    settings({ builder: "buildkit" });
    assert.match(await must(pulumi(nowhere, ...up)), /docker:index:Image .*deleted/);
    assert.deepEqual(await project.outputs(), built);
    await must(pulumi(nowhere, "preview", "--expect-no-changes"));
  });
});
