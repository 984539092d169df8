import assert from "node:assert/strict";
import { PrivateRepository } from "../../components";
import { promotedImages } from "../../config/sections/promotion";
import { pullPermissions } from "../../ecr/permissions/pullPermissions";
import { FakeRegistry } from "../components/fakeRegistry";
import { copyType, imageType } from "../components/imageFixture";
import { type Mocks, startMocks } from "../components/mocks";

const arn = "arn:aws:ecr:eu-central-1:210987654321:repository/petclinic";
const digest = `sha256:${"a".repeat(64)}`;
const own = `210987654321.dkr.ecr.eu-central-1.amazonaws.com/petclinic@${digest}`;
const pushCommands = { login: "l", build: "b", tag: "t", push: "p" };

describe("images promoted from another environment", () => {
  let hostile: FakeRegistry;
  let mocks: Mocks;
  beforeEach(async () => {
    hostile = new FakeRegistry();
    await hostile.start();
  });
  afterEach(() => hostile.stop());

  /** Sets the other stack's outputs: `references` by image key, all of them in one repository. */
  async function outputs(
    references: Record<string, string>,
    repository: object = {},
    place = "private/team/app",
    endpoints = {},
  ) {
    const images = Object.entries(references).map(([key, reference]) => {
      const found = { reference, references: { "private/team/app": reference }, repository: place };
      return [key, { ...found, tag: "src-1", digest }];
    });
    const privateRepository = {
      ...{ url: own.split("@")[0], arn, name: "petclinic", registryId: "210987654321", region: "eu-central-1" },
      ...{ pullPolicy: JSON.stringify(pullPermissions([arn])), pushCommands },
      ...repository,
    };
    mocks = await startMocks(
      {
        endpoints,
        outputs: {
          ...{ outputsVersion: 1, publicRepositories: {}, pushRoles: {}, registryEvents: {} },
          privateRepositories: { "team/app": privateRepository },
          images: Object.fromEntries(images),
        },
      },
      true,
    );
  }
  const promote = (...keys: string[]) =>
    promotedImages(
      {
        from: "staging",
        images: Object.fromEntries(keys.map((key) => [key, { repositories: ["private/petclinic"] }])),
      },
      () => new PrivateRepository("petclinic"),
    );

  it("are refused in one message, with nothing sent or created, if their hosts would get a foreign login", async () => {
    const foreign = [`${hostile.host}/petclinic@${digest}`, `evil.example/${own}`];
    await outputs({ one: foreign[0] ?? "", two: foreign[1] ?? "", three: own });
    const owner = "the login belongs to the registry 210987654321.dkr.ecr.eu-central-1.amazonaws.com";
    await assert.rejects(promote("one", "two", "three"), {
      message: ["one", "two"]
        .map((key, index) => {
          const reference = foreign[index] ?? "";
          return `promotion.images.${key}: the stack organization/ecr/staging says that its private/team/app has ${reference}, but ${owner} and is not sent to ${reference.split("/")[0]}. Nothing was sent. Find out who changed that stack's outputs.`;
        })
        .join("\n"),
    });
    assert.deepEqual(hostile.requests, []);
    assert.deepEqual(mocks.ofType(imageType), []);
    assert.deepEqual(mocks.ofType("aws:ecr/repository:Repository"), []);
  });

  it("are refused if a public one is not in ECR Public, because its host would get the user's own login", async () => {
    const places = ["quay.io/org/app", "public.ecr.aws.evil.example/a/app", "PUBLIC.ECR.AWS/a/app", "app"];
    await outputs(Object.fromEntries(places.map((place) => [place, `${place}@${digest}`])), {}, "public/app");
    await assert.rejects(promote(...places), (error: Error) => {
      const refused = error.message
        .split("\n")
        .map((line) => /but (\S+) is not ECR Public\. Nothing was sent\./.exec(line)?.[1]);
      assert.deepEqual(refused, ["quay.io", "public.ecr.aws.evil.example", "PUBLIC.ECR.AWS", `app@${digest}`]);
      return true;
    });
    assert.deepEqual(mocks.ofType(imageType), []);
    for (const place of ["Private/app", "", "x/private/app"]) {
      await outputs({ one: own }, {}, place);
      await assert.rejects(promote("one"), /images\.one\.repository: must begin with private\/ or public\//, place);
    }
  });

  it("are refused if an output does not form a valid address, login or policy", async () => {
    const refused: [string, Record<string, string>, object, RegExp][] = [
      [
        "a reference without a digest",
        { one: own.replace(/@.*/, ":1") },
        {},
        /images\.one\.reference: must be an image by digest/,
      ],
      [
        "a line in a reference",
        { one: `x\n::error::${own}` },
        {},
        /images\.one\.reference: must be an image by digest/,
      ],
      [
        "a region that is a host",
        { one: own },
        { region: "evil.example/" },
        /privateRepositories\.team\/app\.region: must be/,
      ],
      ["an account that is none", { one: own }, { registryId: "evil" }, /registryId: must be an account id, 12 digits/],
      ["an ARN that is none", { one: own }, { arn: "*" }, /arn: must be a repository's ARN/],
      [
        "a policy that allows more",
        { one: own },
        { pullPolicy: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}' },
        /pullPolicy: must allow only pulls from this repository/,
      ],
    ];
    for (const [what, references, repository, message] of refused) {
      await outputs(references, repository);
      await assert.rejects(promote("one"), message, what);
    }
  });

  it("have the version that the config names, or else the other environment's current one", async () => {
    const [earlier, now] = ["0", "1"].map((tag) =>
      hostile.addImage("petclinic", tag, { os: "linux", architecture: tag }),
    );
    const url = `${hostile.host}/petclinic`;
    const copied = async (pin?: string) => {
      await outputs({ one: `${url}@${now}` }, {}, undefined, { "210987654321": `http://${hostile.host}` });
      const images = { one: { repositories: ["private/petclinic"], digest: pin } };
      await promotedImages({ from: "staging", images }, () => new PrivateRepository("petclinic"));
      await mocks.settle();
      return mocks.registrations.find(({ type }) => type === copyType)?.inputs["source"];
    };
    assert.equal(await copied(earlier), `${url}@${earlier}`);
    assert.equal(await copied(), `${url}@${now}`);
  });

  it("are not looked up among inherited object properties", async () => {
    await outputs({ one: own });
    await assert.rejects(promote("constructor"), /has no image "constructor": it has one$/);
  });
});
