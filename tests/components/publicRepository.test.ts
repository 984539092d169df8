import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PublicRepository, type PublicRepositoryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, digest, known, type Mocks, startMocks } from "./mocks";

const png = Buffer.from("89504e470d0a1a0a0000", "hex");

describe("PublicRepository", () => {
  let mocks: Mocks;
  let folder: string;
  beforeEach(async () => {
    mocks = await startMocks();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "logo-"));
    // A logo must be in the project's folder.
    process.chdir(folder);
  });
  const own = process.cwd();
  afterEach(() => {
    process.chdir(own);
    fs.rmSync(folder, { recursive: true });
  });

  it("registers one repository in us-east-1, by default without catalog data", async () => {
    const repository = new PublicRepository("petclinic");
    await mocks.settle();
    assert.deepEqual(mocks.registrations, [
      { type: "ecr:index:PublicRepository", name: "petclinic", inputs: {} },
      {
        type: "aws:ecrpublic/repository:Repository",
        name: "petclinic",
        inputs: { repositoryName: "petclinic", forceDestroy: false, region: "us-east-1" },
      },
    ]);
    assert.match(await known(repository.repository.urn), /ecr:index:PublicRepository\$aws:ecrpublic/);
    assert.equal(await known(repository.url), "public.ecr.aws/a1b2c3d4/petclinic");
    assert.equal(await known(repository.arn), `arn:aws:ecr-public::${account}:repository/petclinic`);
  });

  it("passes on the gallery's texts and the logo's bytes", async () => {
    const logoFile = path.join(folder, "logo.png");
    fs.writeFileSync(logoFile, png);
    new PublicRepository("petclinic", {
      catalogData: {
        description: "Spring PetClinic Demo",
        architectures: ["x86-64"],
        operatingSystems: ["Linux"],
        logoFile,
      },
      forceDestroy: true,
      tags: { team: "vets" },
    });
    await mocks.settle();
    assert.deepEqual(mocks.registrations[1]?.inputs, {
      repositoryName: "petclinic",
      catalogData: {
        description: "Spring PetClinic Demo",
        architectures: ["x86-64"],
        operatingSystems: ["Linux"],
        logoImageBlob: png.toString("base64"),
      },
      forceDestroy: true,
      region: "us-east-1",
      tags: { team: "vets" },
    });
  });

  it("refuses every fault in one error before anything is registered", async () => {
    const logoFile = path.join(folder, "logo.txt");
    fs.writeFileSync(logoFile, "no picture");
    const args = {
      repositoryName: "a",
      region: "ap-northeast-2",
      catalogData: { description: "한".repeat(342), architectures: [""], logoFile },
    };
    assert.throws(
      () => new PublicRepository("petclinic", args as unknown as PublicRepositoryArgs),
      (error) => {
        assert.ok(error instanceof InputRefused);
        assert.deepEqual(error.faults.map((fault) => fault.path).sort(), [
          "catalogData.architectures[0]",
          "catalogData.description",
          "catalogData.logoFile",
          "region",
          "repositoryName",
        ]);
        return true;
      },
    );
    await mocks.settle();
    assert.deepEqual(mocks.registrations, []);
  });

  it("reports a missing logo file", () => {
    assert.throws(
      () => new PublicRepository("petclinic", { catalogData: { logoFile: path.join(folder, "none.png") } }),
      /catalogData\.logoFile: .*none\.png.*ENOENT/,
    );
  });

  it("logs in to the host of its own address with a public token", async () => {
    const { server, password } = new PublicRepository("petclinic").credentials();
    assert.equal(await known(server), "public.ecr.aws");
    assert.equal(await known(password), "public-token");
    assert.deepEqual(mocks.calls, [
      { token: "aws:ecrpublic/getAuthorizationToken:getAuthorizationToken", args: { region: "us-east-1" } },
    ]);
  });

  it("prints the console's push commands", async () => {
    const commands = await known(new PublicRepository("petclinic").pushCommands());
    assert.equal(
      commands.login,
      "aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin public.ecr.aws",
    );
    assert.equal(commands.push, "docker push public.ecr.aws/a1b2c3d4/petclinic:latest");
  });

  it("looks up a tag's digest", async () => {
    mocks = await startMocks({ hasImage: ({ imageIds }) => JSON.stringify(imageIds) === '[{"imageTag":"there"}]' });
    const repository = new PublicRepository("petclinic");
    assert.equal(await known(repository.findDigest("there")), digest);
    assert.equal(await known(repository.findDigest("absent")), undefined);
  });
});
