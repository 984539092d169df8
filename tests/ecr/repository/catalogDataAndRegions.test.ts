import assert from "node:assert/strict";
import fc from "fast-check";
import { isRegionName, partitionOf, publicRegionFaults, regionFaults } from "../../../ecr/names/regions";
import { catalogDataFaults } from "../../../ecr/repository/catalogData";

const logo = (bytes: number) => Buffer.alloc(bytes).toString("base64");

describe("ecr/repository/catalogData", () => {
  it("accepts the reference job's data, and every string and logo at its limit", () => {
    assert.deepEqual(
      catalogDataFaults(
        { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] },
        "catalogData",
      ),
      [],
    );
    const full = {
      description: "d".repeat(1024),
      aboutText: "a".repeat(10_240),
      // Counted in bytes of UTF-8, as the AWS provider does: three for a Korean syllable.
      usageText: `${"한".repeat(3_413)}a`,
      architectures: ["ARM", "ARM 64", "x86", "x86-64"],
      operatingSystems: ["Linux", "Windows"],
    };
    // Values without a badge in the gallery are accepted.
    const others = ["amd64", "x86_64", "linux", "riscv64", "x", "🐶".repeat(50)];
    assert.deepEqual(catalogDataFaults({ architectures: others, operatingSystems: others }, ""), []);
    assert.deepEqual(catalogDataFaults({ architectures: Array.from({ length: 50 }, (_, i) => `a${i}`) }, ""), []);
    assert.deepEqual(catalogDataFaults(full, ""), []);
    for (const bytes of [1, 2, 3, 511_998, 511_999, 512_000]) {
      assert.deepEqual(catalogDataFaults({ logoImageBlob: logo(bytes) }, ""), [], String(bytes));
    }
    assert.deepEqual(catalogDataFaults({}, ""), []);
  });

  const refusals: [
    title: string,
    data: Parameters<typeof catalogDataFaults>[0],
    path: string,
    rule: RegExp,
    fix: RegExp,
  ][] = [
    [
      "a description that is too long",
      { description: "d".repeat(1030) },
      "c.description",
      /at most 1,024 bytes here; this is 1,030 in UTF-8/,
      /by 6/,
    ],
    [
      "a description in Korean that is too long in bytes",
      { description: "한".repeat(342) },
      "c.description",
      /1,024 bytes .* 1,026/,
      /by 2/,
    ],
    [
      "an about text that is too long",
      { aboutText: "한".repeat(3_414) },
      "c.aboutText",
      /10,240 bytes .* 10,242/,
      /by 2/,
    ],
    ["a usage text that is too long", { usageText: "a".repeat(10_241) }, "c.usageText", /10,240/, /by 1/],
    ["a usage text that is not a string", { usageText: 4 }, "c.usageText", /must be a string/, /leave/],
    [
      "a logo that is too large",
      { logoImageBlob: logo(512_001) },
      "c.logoImageBlob",
      /512,000 bytes; this one has 512,001/,
      /smaller/,
    ],
    ["a logo that is a path", { logoImageBlob: "./logo.png" }, "c.logoImageBlob", /base64/, /encode/],
    ["a truncated logo", { logoImageBlob: "abcde" }, "c.logoImageBlob", /base64/, /encode/],
    ["an empty logo", { logoImageBlob: "" }, "c.logoImageBlob", /base64/, /encode/],
    ["an empty architecture", { architectures: ["x86", ""] }, "c.architectures[1]", /string of 1 to 50/, /"x86-64"/],
    [
      "an operating system of 51 characters",
      { operatingSystems: ["x".repeat(51)] },
      "c.operatingSystems[0]",
      /string of 1 to 50/,
      /"Linux"/,
    ],
    [
      "an architecture that is not a string",
      { architectures: [64] },
      "c.architectures[0]",
      /string of 1 to 50/,
      /"ARM 64"/,
    ],
    [
      "51 architectures",
      { architectures: Array(51).fill("x86") },
      "c.architectures",
      /at most 50 entries .* 51/,
      /leave/,
    ],
    [
      "operating systems that are not a list",
      { operatingSystems: "Linux" },
      "c.operatingSystems",
      /must be a list/,
      /a list, for example of/,
    ],
  ];
  for (const [title, data, path, rule, fix] of refusals) {
    it(`refuses ${title}`, () => {
      const [fault, ...more] = catalogDataFaults(data, "c");
      assert.deepEqual(more, []);
      assert.ok(fault);
      assert.equal(fault.path, path);
      assert.match(fault.rule, rule);
      assert.match(fault.fix, fix);
    });
  }

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (description, logoImageBlob, architectures) => {
        return catalogDataFaults({ description, logoImageBlob, architectures }, "").length >= 0;
      }),
    );
  });
});

describe("ecr/names/regions", () => {
  it("recognizes the form of region names in every partition", () => {
    for (const name of [
      "ap-northeast-2",
      "us-east-1",
      "us-gov-west-1",
      "cn-north-1",
      "us-isob-east-1",
      "us-east-12",
      "eusc-de-east-1",
      "mx-central-1",
    ]) {
      assert.ok(isRegionName(name), name);
      assert.deepEqual(regionFaults(name, "region"), []);
    }
    for (const name of [
      "",
      "seoul",
      "us-east-1a",
      "US-EAST-1",
      "us_east_1",
      "us-east",
      "us-east-1 ",
      "us-east-123",
      "-us-east-1",
      ["us-east-1"],
      1,
    ]) {
      assert.ok(!isRegionName(name), String(name));
      assert.deepEqual(regionFaults(name, "region"), [
        {
          path: "region",
          value: name,
          rule: "must be the name of an AWS region, of the form ap-northeast-2.",
          fix: 'write the region\'s name, such as "ap-northeast-2" (no zone letter, no display name).',
        },
      ]);
    }
  });

  it("knows each region's partition", () => {
    for (const [region, partition] of [
      ["us-east-1", "aws"],
      ["mx-central-1", "aws"],
      ["cn-northwest-1", "aws-cn"],
      ["us-gov-east-1", "aws-us-gov"],
      ["us-iso-east-1", "aws-iso"],
      ["us-isob-east-1", "aws-iso-b"],
      ["eu-isoe-west-1", "aws-iso-e"],
      ["us-isof-south-1", "aws-iso-f"],
      ["eusc-de-east-1", "aws-eusc"],
    ] as const) {
      assert.equal(partitionOf(region), partition);
    }
  });

  it("allows ECR Public's resources in us-east-1 only", () => {
    assert.deepEqual(publicRegionFaults("us-east-1", "region"), []);
    for (const region of ["us-west-2", "ap-northeast-2", undefined]) {
      const [fault] = publicRegionFaults(region, "public.region");
      assert.equal(fault?.path, "public.region");
      assert.equal(fault?.value, region);
      assert.match(fault?.rule ?? "", /only in us-east-1/);
      assert.match(fault?.fix ?? "", /"us-east-1"/);
    }
  });
});
