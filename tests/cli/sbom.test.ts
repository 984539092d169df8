import assert from "node:assert/strict";
import * as path from "node:path";
import { packagesText } from "../../cli/sbom/packages";
import { sbomFile } from "../../cli/sbom/sbomCommand";
import { stackImages } from "../../cli/sbom/stackImages";

const digest = `sha256:${"a".repeat(64)}`;
const inPrivate = {
  reference: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@${digest}`,
  repository: "private/web",
};
const inPublic = { reference: `public.ecr.aws/a1b2/tool@${digest}`, repository: "public/tool" };
const outputs = {
  privateRepositories: { web: { name: "web", region: "eu-west-1", registryId: "123456789012" } },
  publicRepositories: { tool: { name: "tool", region: "us-east-1" } },
  images: { web: inPrivate, tool: inPublic },
};

describe("images of the sbom command", () => {
  it("are those of the stack, and private ones come with the registry to log in to", () => {
    assert.deepEqual(stackImages(outputs), [
      { key: "web", reference: inPrivate.reference, registry: { region: "eu-west-1", registryId: "123456789012" } },
      { key: "tool", reference: inPublic.reference },
    ]);
  });

  it("are only the named ones if names are given", () => {
    assert.deepEqual(
      stackImages(outputs, ["tool"]).map(({ key }) => key),
      ["tool"],
    );
  });

  it("are refused by name if the stack has none of that name, with a list of those it has", () => {
    assert.throws(() => stackImages(outputs, ["web", "api", "db"]), {
      message: "the stack has no image api, db. Its output `images` has web, tool.",
    });
  });

  for (const [what, without] of Object.entries({ "no output": {}, "an empty output": { images: {} } })) {
    it(`are refused if the stack has ${what}`, () => {
      assert.throws(() => stackImages(without), /the stack has no images: .*Run `npm run up` on it first\./);
    });
  }

  it("are refused if a public one is not in ECR Public, because its host would get the user's own login", () => {
    for (const repository of ["public/tool", "Private/web", "", "PUBLIC/tool", " private/web"]) {
      for (const host of ["quay.io", "public.ecr.aws.evil.example", "PUBLIC.ECR.AWS", "public.ecr.aws:8443", "[::2]"]) {
        const tool = { reference: `${host}/a/tool@${digest}`, repository };
        assert.throws(() => stackImages({ ...outputs, images: { tool } }), {
          message: /^the output `images\.tool` says that .*, but .* is n.*\. Nothing was sent\./,
        });
      }
    }
    const sandbox = { reference: `127.0.0.1:4568/a/tool@${digest}`, repository: "public/tool" };
    assert.equal(stackImages({ ...outputs, images: { sandbox } }).length, 1);
  });

  it("are refused if the output is not what this project writes", () => {
    for (const value of [null, 7, {}, { reference: 7 }]) {
      assert.throws(() => stackImages({ images: { web: value } }), /`images\.web` has no `reference`/);
    }
  });
});

describe("the file of an SBOM", () => {
  it("is inside the folder, whatever an image's key is, and different for each key", () => {
    const keys = [
      "web",
      "team/web",
      "../x",
      "..",
      ".",
      "/etc/x",
      "..\\x",
      "a\u0000b",
      "\ud800",
      "x".repeat(5000),
      "y".repeat(5000),
    ];
    const files = keys.map((key) => sbomFile("out", key));
    for (const file of files) {
      assert.equal(path.dirname(file), "out");
      assert.match(path.basename(file), /^[\w.%~!*'()-]{1,255}\.cdx\.json$/);
      assert.ok(path.basename(file).length <= 255);
    }
    assert.equal(new Set(files).size, keys.length);
    assert.equal(files[0], path.join("out", "web.cdx.json"));
    assert.equal(files[1], path.join("out", "team%2Fweb.cdx.json"));
  });
});

describe("the summary of an SBOM", () => {
  const summary = (...purls: (string | undefined)[]) =>
    packagesText(JSON.stringify({ components: purls.map((purl) => ({ purl })) }));

  it("counts packages by kind, without files and the operating system", () => {
    const packages = ["pkg:npm/a@1", "pkg:deb/debian/b@2?arch=amd64", "pkg:npm/%40c/d@3"];
    assert.equal(summary(...packages, undefined), "3 packages (1 deb, 2 npm)");
  });

  it("says 0 packages if there are none", () => {
    assert.equal(summary(undefined), "0 packages");
    assert.equal(packagesText("{}"), "0 packages");
  });
});
