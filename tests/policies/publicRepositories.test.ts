import assert from "node:assert/strict";
import { buildArguments } from "../../policies/buildArguments";
import { publicCatalogData, publicNames } from "../../policies/publicRepositories";
import { resourceTypes } from "../../policies/resources";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "./harness";

const { publicRepository: type, image, builtImage } = resourceTypes;

describe("policies: ecr-public-names", () => {
  const judge = (props: Props, allowed?: string[]) =>
    judgeResource(
      publicNames,
      { type, props: { repositoryName: "petclinic", ...props } },
      { ...(allowed && { allowed }) },
    );

  it("passes names on the list", async () => {
    assertPasses(await judge({}, ["petclinic"]));
    assertPasses(await judge({}, ["other", "pet*"]));
    assertPasses(await judgeResource(publicNames, { type: resourceTypes.repository, props: { name: "x" } }));
  });

  it("fails all others, every one by default", async () => {
    assertFails(
      await judge({}),
      /^repositoryName: public repository "petclinic" lets everybody pull; allowed to be public are none\. Write its name/,
    );
    assertFails(await judge({}, ["pet"]), /allowed to be public are "pet"\./);
    assertFails(await judge({ repositoryName: undefined }, ["other"]), /public repository "petclinic"/);
  });

  it("cannot tell a name that is not known yet, but for lists that tell no names apart", async () => {
    assertUnjudged(
      await judge({ repositoryName: unknownText }, ["a"]),
      /^repositoryName of public repository "petclinic" is not known yet; allowed are "a"/,
    );
    assertPasses(await judge({ repositoryName: unknownText }, ["*"]));
    assertUnjudged(
      await judge({ repositoryName: unknownText }, ["*a", "*e*"]),
      /^repositoryName of .* allowed are "\*a"/,
    );
    assertPasses(await judge({ repositoryName: unknownText }, ["**"]));
    assertFails(await judge({ repositoryName: unknownText }), /allowed to be public are none/);
  });
});

describe("policies: ecr-public-catalog-data", () => {
  const complete = { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] };
  const judge = (catalogData: unknown, config: object = {}) =>
    judgeResource(publicCatalogData, { type, props: { repositoryName: "petclinic", catalogData } }, config);

  it("passes complete catalog data", async () => {
    assertPasses(await judge(complete));
    assertPasses(await judge(undefined, { required: [] }));
    assertPasses(await judge({ aboutText: "# About" }, { required: ["aboutText"] }));
  });

  it("fails each part that is missing", async () => {
    assertFails(
      await judge(undefined),
      /^catalogData\.description: not set in public repository "petclinic"; allowed are public repositories with description, architectures, operatingSystems\. Write catalogData: \{ description: … \}\.$/,
      /architectures/,
      /operatingSystems/,
    );
    for (const empty of ["", null, undefined, []]) {
      assertFails(await judge({ ...complete, architectures: empty }), /^catalogData\.architectures: not set/);
    }
    assertFails(await judge(complete, { required: ["usageText"] }), /^catalogData\.usageText: not set/);
  });

  it("passes an architecture without a badge: ECR Public takes it", async () => {
    assertPasses(await judge({ ...complete, architectures: ["amd64"] }));
  });

  it("fails what ECR Public refuses", async () => {
    assertFails(
      await judge({ ...complete, architectures: [""] }),
      /^catalogData\.architectures\[0\]: "" — .* It is of public repository "petclinic"\.$/,
    );
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(await judge(unknownText), /^catalogData of public repository "petclinic" is not known yet/);
    assertUnjudged(await judge({ ...complete, description: unknownText }), /^catalogData\.description of/);
    // What is known of a part that is not known as a whole is not judged by itself.
    assertUnjudged(
      await judge({ ...complete, architectures: ["amd64", unknownText] }),
      /^catalogData\.architectures\[1\] of/,
    );
    const beside = await judge({ ...complete, description: unknownText, architectures: [""] });
    assert.match(beside.violations.join(), /^catalogData\.architectures\[0\]: ""/);
    assert.match(beside.unjudged.join(), /^catalogData\.description of/);
    const mixed = await judge({ description: unknownText, architectures: ["amd64", unknownText] });
    assert.match(mixed.violations.join("\n"), /^catalogData\.operatingSystems: not set/);
    assert.match(mixed.unjudged.join(), /catalogData\.description of .*catalogData\.architectures\[1\] of/);
  });
});

describe("policies: ecr-build-arguments", () => {
  const publicName = "public.ecr.aws/a1b2c3d4/petclinic:1";
  const judge = (args: unknown, config: object = {}, imageName: unknown = publicName) =>
    judgeResource(
      buildArguments,
      { type: image, name: "app", props: { imageName, build: { context: "app", args } } },
      config,
    );

  it("passes arguments that everybody may know, and images that stay private", async () => {
    assertPasses(await judge({ NODE_IMAGE: "node:22", VERSION: "1.0.0", EMPTY: null }));
    assertPasses(await judge(undefined));
    assertPasses(await judge(null));
    assertPasses(await judge({ TOKEN: "x" }, {}, "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic:1"));
    assertPasses(await judge({ TOKEN: "x" }, {}, null));
    assertPasses(await judge({ TOKEN_OF_CI: "x" }, { allowedArguments: ["TOKEN_*"] }));
    assertPasses(await judgeResource(buildArguments, { type: image, props: { imageName: publicName } }));
  });

  it("fails arguments that look like secrets by their names, and never shows a value", async () => {
    for (const name of [
      "NPM_TOKEN",
      "dbPassword",
      "MY_PASSWD",
      "api_key",
      "APIKEY",
      "AWS_SECRET",
      "PRIVATE_KEY",
      "GIT_PAT",
      "CREDENTIALS",
      "DB_PASS",
      "DBPASS",
      "SSH_KEY",
      "SIGNING-KEY",
      "AUTH",
      "HTTP-AUTH",
      "DB_PWD",
      "GPG_PASSPHRASE",
      "PASS-1",
      "ACCESS_KEY_ID",
      "accesskey",
      "encryption-key",
      "DEPLOYKEY",
      "ACCOUNT_KEY",
      "LICENSE_KEY",
      "URL_TOKEN",
      "NAMED_SECRET",
    ]) {
      const verdict = await judge({ [name]: "hunter2" });
      assertFails(
        verdict,
        /^build\.args\..*: its name looks like a secret, and whoever has image "app" reads it; allowed are arguments of an image that goes to ECR Public/,
      );
      assert.ok(!verdict.violations.join().includes("hunter2"));
    }
    for (const name of [
      "PATH",
      "AUTHOR",
      "COMPATIBLE",
      "PATTERN",
      "BYPASS_CACHE",
      "PASSENGER",
      "TOKENIZER",
      "KEY",
      "COMPASS",
      "TRESPASS",
      "SURPASS",
      "PATCH",
      "MYPAT",
      "AUTH_URL",
      "VITE_FIREBASE_AUTH_DOMAIN",
      "TOKEN_ENDPOINT",
      "SECRET_NAME",
      "DB_PASSWORD_FILE",
      "JWT_TOKEN_TTL",
    ])
      assertPasses(await judge({ [name]: "x" }));
  });

  it("fails values that look like secrets", async () => {
    for (const value of [
      "AKIAIOSFODNN7EXAMPLE",
      "x ASIAIOSFODNN7EXAMPLE",
      `ghp_${"a1B2".repeat(9)}`,
      `ghs_${"a1B2c".repeat(6)}`,
      "github_pat_1",
      `npm_${"a1B2c".repeat(6)}`,
      "dckr_pat_1",
      "-----BEGIN PRIVATE KEY-----",
      "glpat-abc",
      "xoxb-1",
      "-----BEGIN RSA PRIVATE KEY-----",
      "https://user:pass@example.com/",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
    ]) {
      const verdict = await judge({ A: value });
      assertFails(verdict, /^build\.args\.A: its value looks like a secret/);
      assert.ok(!verdict.violations.join().includes(value));
    }
    for (const value of [
      "https://example.com/user:pass",
      "https://user@example.com:443/",
      "AKIAIOSFODNN7EXAMPLES",
      "AKIAIOSFODNN7EXAMPL",
      "ghp_short",
      "npm_config_loglevel",
      "-----BEGIN PUBLIC KEY-----",
      "eyJhbGciOiJIUzI1NiJ9",
    ]) {
      assertPasses(await judge({ A: value }));
    }
  });

  it("judges all images where config says so, and other resources that build", async () => {
    assertFails(
      await judge({ TOKEN: "x" }, { images: "all" }, "petclinic"),
      /allowed are arguments of an image that everybody may know/,
    );
    assertFails(await judge({ TOKEN: "x" }, { images: "all" }, unknownText), /^build\.args\.TOKEN: its name/);
    const props = { tags: ["petclinic:1", publicName], buildArgs: { TOKEN: "x" }, push: true };
    assertFails(await judgeResource(buildArguments, { type: builtImage, props }), /^buildArgs\.TOKEN: its name/);
    assertPasses(await judgeResource(buildArguments, { type: builtImage, props: { ...props, push: false } }));
  });

  it("says what is not known", async () => {
    assertUnjudged(
      await judge({ TOKEN: "x" }, {}, unknownText),
      /^build\.args\.TOKEN: .* Whether the image goes to ECR Public is not known yet\./,
    );
    assertPasses(await judge({ VERSION: "1" }, {}, unknownText));
    assertUnjudged(await judge(unknownText), /^The build arguments of image "app" are not known yet/);
    assertFails(await judge({ TOKEN: unknownText, VERSION: unknownText }), /TOKEN: its name/);
    const all = await judgeResource(buildArguments, {
      type: image,
      name: "app",
      props: { imageName: publicName, build: unknownText },
    });
    assertUnjudged(all, /^The build arguments of image "app" are not known yet/);
  });
});
