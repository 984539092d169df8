import * as assert from "node:assert/strict";
import { pullPermissions } from "../../ecr/pullPermissions";
import { findPrivateImage, parseOutputs } from "../../outputs/ecrStack";
import type { EcrOutputs } from "../../outputs/schema";

const digest = `sha256:${"d".repeat(64)}`;
const arn = "arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic";
const pushCommands = { login: "l", build: "b", tag: "t", push: "p" };

function outputs(): EcrOutputs {
  return {
    outputsVersion: 1,
    privateRepositories: {
      petclinic: {
        url: "registry/petclinic",
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
        reference: `registry/petclinic@${digest}`,
        references: { "private/petclinic": `registry/petclinic@${digest}`, "public/petclinic": `public/x@${digest}` },
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

describe("the outputs of the ECR stack, as other stacks read them", () => {
  it("are taken with outputs that a later version adds", () => {
    assert.deepEqual(parseOutputs("org/ecr/dev", { ...outputs(), more: 1 }), outputs());
  });

  for (const [what, given, message] of [
    [
      "of a stack that was never deployed",
      {},
      /the stack org\/ecr\/dev has no outputs of the ECR program: run `pulumi up` there first/,
    ],
    [
      "of another version",
      { ...outputs(), outputsVersion: 2 },
      /writes outputs of version 2, this program reads version 1/,
    ],
    [
      "with something missing",
      { ...outputs(), images: { petclinic: { tag: "src-1" } } },
      /images\.petclinic\.reference: .*images\.petclinic\.digest: /,
    ],
  ] as const) {
    it(`are refused ${what}, with the stack's name`, () => {
      assert.throws(() => parseOutputs("org/ecr/dev", given), message);
    });
  }

  it("give an image with its private repository", () => {
    const all = outputs();
    assert.deepEqual(findPrivateImage("org/ecr/dev", all, "petclinic", undefined), {
      reference: `registry/petclinic@${digest}`,
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
      "an image that is public only",
      "gift",
      undefined,
      /"gift" .* is not in any private repository: it is in public\/gift$/,
    ],
    [
      "another repository",
      "petclinic",
      "shop",
      /is not in private\/shop: it is in private\/petclinic, public\/petclinic$/,
    ],
  ] as const) {
    it(`say what there is when there is ${what}`, () => {
      assert.throws(() => findPrivateImage("org/ecr/dev", outputs(), key, repository), message);
    });
  }
});
