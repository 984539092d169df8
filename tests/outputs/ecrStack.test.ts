import * as assert from "node:assert/strict";
import { pullPermissions } from "../../ecr/permissions/pullPermissions";
import { findPrivateImage, parseOutputs } from "../../outputs/ecrStack";
import type { EcrOutputs } from "../../outputs/schema";

const digest = `sha256:${"d".repeat(64)}`;
const arn = "arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic";
const url = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic";
const pushCommands = { login: "l", build: "b", tag: "t", push: "p" };

function outputs(): EcrOutputs {
  return {
    outputsVersion: 1,
    privateRepositories: {
      petclinic: {
        url,
        arn,
        name: "petclinic",
        registryId: "123456789012",
        region: "ap-northeast-2",
        pullPolicy: JSON.stringify(pullPermissions([arn])),
        pushCommands,
      },
    },
    publicRepositories: {},
    pushRoles: {},
    registryEvents: {},
    images: {
      petclinic: {
        reference: `${url}@${digest}`,
        references: { "private/petclinic": `${url}@${digest}`, "public/petclinic": `public/x@${digest}` },
        repository: "private/petclinic",
        tag: "src-0123456789abcdef",
        digest,
      },
      gift: {
        reference: `public/gift@${digest}`,
        references: { "public/gift": `public/gift@${digest}` },
        repository: "public/gift",
        tag: "src-0123456789abcdef",
        digest,
      },
    },
  };
}

describe("outputs of the ECR stack, as other stacks read them", () => {
  it("are accepted with outputs that a later version adds", () => {
    assert.deepEqual(parseOutputs("org/ecr/dev", { ...outputs(), more: 1 }), outputs());
  });

  for (const [what, given, message] of [
    [
      "from a stack that was never deployed",
      {},
      /the stack org\/ecr\/dev has no outputs of the ECR program: run `pulumi up` there first/,
    ],
    [
      "in another version",
      { ...outputs(), outputsVersion: 2 },
      /has outputs of version 2, this program reads version 1/,
    ],
    [
      "if something is missing",
      { ...outputs(), images: { petclinic: { tag: "src-1" } } },
      /images\.petclinic\.reference: .*images\.petclinic\.digest: /,
    ],
  ] as const) {
    it(`are refused ${what}, with the stack's name`, () => {
      assert.throws(() => parseOutputs("org/ecr/dev", given), message);
    });
  }

  it("are refused if a private repository's outputs do not all describe the same one", () => {
    const own = outputs().privateRepositories["petclinic"] ?? assert.fail();
    const other = arn.replace("petclinic", "secret");
    const hosts = ["evil.example", "210987654321.dkr.ecr.ap-northeast-2.amazonaws.com", "localhost.evil.example"];
    const wrong: Partial<typeof own>[] = [
      { arn: other, pullPolicy: JSON.stringify(pullPermissions([other])) },
      { name: "secret" },
      { registryId: "210987654321" },
      { region: "eu-west-1" },
      ...hosts.map((host) => ({ url: `${host}/petclinic` })),
      { url: `evil.example/${url}` },
      { url: `${url}/petclinic` },
    ];
    for (const change of wrong) {
      const changed = { ...outputs(), privateRepositories: { petclinic: { ...own, ...change } } };
      const message =
        /privateRepositories\.petclinic: must name one repository in url, arn, name, registryId and region/;
      assert.throws(() => parseOutputs("org/ecr/dev", changed), message, JSON.stringify(change));
    }
    const sandbox = { ...outputs(), privateRepositories: { petclinic: { ...own, url: "127.0.0.1:4568/petclinic" } } };
    assert.deepEqual(parseOutputs("org/ecr/dev", sandbox), sandbox);
  });

  it("give no image at an address other than that of the repository whose pull policy they give", () => {
    for (const reference of ["evil.example/petclinic", `${url}/evil`, `${url}er`, "public.ecr.aws/a/petclinic"]) {
      const all = outputs();
      (all.images["petclinic"] ?? assert.fail()).references["private/petclinic"] = `${reference}@${digest}`;
      const message = /says that its image "petclinic" is in private\/petclinic, which is .*, but at .*Take the image/;
      assert.throws(() => findPrivateImage("org/ecr/dev", all, "petclinic", undefined), message, reference);
    }
  });

  it("are truncated in messages, and put no terminal commands into them", () => {
    const wrong = Array.from({ length: 50_000 }, (_, index) => [`\u001b]0;${index}\n::error::`, index]);
    for (const given of [
      { ...outputs(), images: Object.fromEntries(wrong) },
      { ...outputs(), outputsVersion: "\u202e".repeat(1 << 20) },
      { ...outputs(), [`__proto__`]: { outputsVersion: 1 }, images: "x".repeat(1 << 20) },
    ]) {
      assert.throws(
        () => parseOutputs("org/ecr/dev", given),
        ({ message }: Error) => {
          assert.ok(message.length < 500_000, String(message.length));
          assert.ok(!["\u001b", "\u202e", "\n::"].some((each) => message.includes(each)));
          return true;
        },
      );
    }
  });

  it("give an image with its private repository", () => {
    const all = outputs();
    assert.deepEqual(findPrivateImage("org/ecr/dev", all, "petclinic", undefined), {
      reference: `${url}@${digest}`,
      image: all.images["petclinic"],
      repository: all.privateRepositories["petclinic"],
    });
    assert.deepEqual(
      findPrivateImage("org/ecr/dev", all, "petclinic", "petclinic"),
      findPrivateImage("org/ecr/dev", all, "petclinic", undefined),
    );
  });

  for (const [what, key, repository, message] of [
    ["no such image", "shop", undefined, /has no image "shop": write one of petclinic, gift$/],
    [
      "no private copy of the image",
      "gift",
      undefined,
      /"gift" .* is not in any private repository: it is in public\/gift$/,
    ],
    [
      "no copy of the image in the named repository",
      "petclinic",
      "shop",
      /is not in private\/shop: it is in private\/petclinic, public\/petclinic$/,
    ],
  ] as const) {
    it(`list what exists if there is ${what}`, () => {
      assert.throws(() => findPrivateImage("org/ecr/dev", outputs(), key, repository), message);
    });
  }
});
