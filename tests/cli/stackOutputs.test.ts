import assert from "node:assert/strict";
import { readManifest } from "../../cli/aws/manifests";
import { countText, sizeText } from "../../cli/quantities";
import { digestsIn, publicRepositoriesIn, repositoriesIn } from "../../cli/stackOutputs";

const digest = (of: string) => `sha256:${of.repeat(64)}`;

describe("cli: stack outputs", () => {
  it("name repositories by their ARNs at any depth, each once", () => {
    const outputs = {
      privateRepositories: {
        web: { arn: "arn:aws:ecr:eu-west-1:123456789012:repository/team/web", url: "123456789012.dkr.ecr.…/team/web" },
        api: { arn: "arn:aws-cn:ecr:cn-north-1:123456789012:repository/api" },
      },
      again: ["arn:aws:ecr:eu-west-1:123456789012:repository/team/web"],
      publicRepositories: { web: { arn: "arn:aws:ecr-public::123456789012:repository/web" } },
      other: [null, 7, true, "arn:aws:s3:::bucket", { deep: undefined }],
    };
    assert.deepEqual(repositoriesIn(outputs), [
      { name: "team/web", region: "eu-west-1", registryId: "123456789012" },
      { name: "api", region: "cn-north-1", registryId: "123456789012" },
    ]);
    assert.deepEqual(repositoriesIn({}), []);
  });

  it("name repositories only by valid ARNs and regions, since signed requests go to the region's host", () => {
    const outputs = [
      "arn:aws:ecr:evil:123456789012:repository/web",
      "arn:aws:ecr:-:123456789012:repository/web",
      "arn:aws:ecr:eu-west-1.evil.example:123456789012:repository/web",
      "arn:evil:ecr:eu-west-1:123456789012:repository/web",
      "arn:aws:ecr:eu-west-1:123456789012:repository/../../web",
      "arn:aws:ecr:eu-west-1:123456789012:repository/\u001b[2Jweb",
      "arn:aws:ecr:eu-west-1:123456789012:repository/*",
      "arn:aws:ecr-public::123456789012:repository/<script>",
    ];
    assert.deepEqual([repositoriesIn({ outputs }), publicRepositoriesIn({ outputs })], [[], []]);
    const one = { ["__proto__"]: "arn:aws:ecr-public::123456789012:repository/web", constructor: null };
    assert.deepEqual(publicRepositoriesIn(one), ["web"]);
  });

  it("are read however deeply they are nested", () => {
    let nested: unknown = `host/web@${digest("a")}`;
    for (let depth = 0; depth < 50_000; depth++) nested = { a: nested };
    assert.deepEqual([...digestsIn({ nested }).keys()], [digest("a")]);
  });

  it("name digests on their own and in references, with the first output that has each", () => {
    const outputs = {
      images: { web: { reference: `host/web@${digest("a")}`, digest: digest("a") } },
      list: [`${digest("b")} ${digest("c")}`],
      short: "sha256:abc",
    };
    assert.deepEqual(
      [...digestsIn(outputs)],
      [
        [digest("a"), "images.web.reference"],
        [digest("b"), "list.0"],
        [digest("c"), "list.0"],
      ],
    );
  });
});

describe("cli: manifests", () => {
  it("give an image's config and layers with sizes, and an index's images", () => {
    const image = JSON.stringify({
      config: { digest: digest("c"), size: 10 },
      layers: [{ digest: digest("1"), size: 20 }, { digest: digest("2") }],
    });
    assert.deepEqual(readManifest(image), {
      children: [],
      blobs: [
        { digest: digest("c"), sizeBytes: 10 },
        { digest: digest("1"), sizeBytes: 20 },
        { digest: digest("2"), sizeBytes: 0 },
      ],
      sizeBytes: image.length,
    });
    const index = JSON.stringify({ manifests: [{ digest: digest("3") }, { digest: digest("4") }], note: "ü" });
    assert.deepEqual(readManifest(index), {
      children: [digest("3"), digest("4")],
      blobs: [],
      sizeBytes: index.length + 1,
    });
  });
});

describe("cli: text", () => {
  it("writes sizes in decimal units", () => {
    assert.deepEqual([0, 999, 1000, 152_400_000, 999_949_000, 999_960_000, 2e12, 5e15].map(sizeText), [
      "0 B",
      "999 B",
      "1.0 kB",
      "152.4 MB",
      "999.9 MB",
      "1.0 GB",
      "2.0 TB",
      "5000.0 TB",
    ]);
  });

  it("counts in English", () => {
    assert.deepEqual(
      [countText(1, "image"), countText(0, "image"), countText(1200, "image")],
      ["1 image", "0 images", "1,200 images"],
    );
  });
});
