import assert from "node:assert/strict";
import { buildArguments } from "../../../policies/images/buildArguments";
import { imageSources } from "../../../policies/images/imageSources";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { imageTags } from "../../../policies/tags/imageTags";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  judgeStack,
  type Props,
  unknownList,
  unknownText,
} from "../harness";

const { builtImage, imageIndex } = resourceTypes;
const registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const latest = `${registry}/petclinic:latest`;
const open = "public.ecr.aws/a1b2c3d4/petclinic:1.0.0";

describe("policies: what docker-build pushes", () => {
  /** A secret in an image's build arguments is a finding when the image is pushed to ECR Public. */
  const judge = (props: Props) =>
    judgeResource(buildArguments, {
      type: builtImage,
      name: "app",
      props: { push: false, buildArgs: { NPM_TOKEN: "x" }, ...props },
    });
  const secret = /^buildArgs\.NPM_TOKEN: its name looks like a secret/;

  it("includes the names of exports", async () => {
    for (const each of [
      { registry: { names: [open] } },
      { registry: { names: [open], push: true } },
      { image: { names: ["petclinic", open], push: true } },
      { raw: `type=registry,name=${open}` },
      { raw: `type=image,"name=petclinic,${open}",push=true` },
      { raw: `name=${open},type=registry` },
    ]) {
      assertFails(await judge({ exports: [{ local: { dest: "x" } }, each] }), secret);
    }
  });

  it("includes the tags when an export that pushes has no names", async () => {
    for (const each of [{ registry: {} }, { image: { push: true } }, { raw: "type=registry" }]) {
      assertFails(await judge({ exports: [each], tags: [open] }), secret);
    }
    assertPasses(await judge({ exports: [{ registry: { names: ["petclinic"] } }], tags: [open] }));
    assertFails(await judge({ push: true, exports: [{ registry: { names: ["petclinic"] } }], tags: [open] }), secret);
  });

  it("does not include what stays on the machine", async () => {
    for (const each of [
      { image: { names: [open] } },
      { image: { names: [open], push: false } },
      { registry: { names: [open], push: false } },
      { docker: { names: [open] } },
      { raw: `type=image,name=${open}` },
      { raw: `type=image,name=${open},push=false` },
      { raw: `type=image,name=${open},nopush=true` },
      { raw: `type=image,name=${open},push=truely` },
      {},
      null,
    ]) {
      assertPasses(await judge({ exports: [each], tags: [open] }));
    }
    assertPasses(await judge({ exports: "none", tags: [open] }));
  });

  it("is not known while exports, their names or tags are not known", async () => {
    const unknown = /Whether the image is pushed to ECR Public is not known yet\./;
    for (const exports of [
      unknownList,
      [unknownText],
      [{ registry: unknownText }],
      [{ image: { names: unknownList, push: true } }],
      [{ image: { names: [open], push: unknownText } }],
      [{ raw: unknownText }],
    ]) {
      assertUnjudged(await judge({ exports }), unknown);
    }
    // The tags are pushed, whatever the exports turn out to be.
    assertFails(await judge({ exports: unknownList, tags: [open] }), secret);
  });

  it("is reported when it is only latest, for exports and an index", async () => {
    const tags = (type: string, props: Props) => judgeStack(imageTags, [{ type, name: "app", props }]);
    const only = /"latest" only, so nobody can tell which build is running/;
    for (const [props, at] of [
      [{ tags: [latest] }, "tags[0]"],
      [{ tags: [latest], exports: [{ registry: {} }] }, "tags[0]"],
      [{ exports: [{}, { registry: { names: [latest] } }] }, "exports[1].registry.names[0]"],
      [{ exports: [{ image: { names: [latest], push: true } }] }, "exports[0].image.names[0]"],
      [{ exports: [{ raw: `type=registry,name=${latest}` }] }, "exports[0].raw"],
    ] as const) {
      const verdict = await tags(builtImage, props);
      assertFails(verdict, only);
      assert.ok(verdict.violations[0]?.startsWith(`${at}: `), verdict.violations[0]);
    }
    assertFails(await tags(imageIndex, { tag: latest, sources: [] }), /^tag: .*"latest" only/);
    assertPasses(await tags(imageIndex, { tag: latest, push: false, sources: [] }));
    assertUnjudged(
      await judgeStack(imageTags, [
        { type: imageIndex, name: "a", props: { tag: latest } },
        { type: imageIndex, name: "b", props: { tag: unknownText } },
      ]),
      only,
    );
  });

  it("is a copy when an index combines copies", async () => {
    const judgeIndex = (sources: unknown) =>
      judgeResource(
        imageSources,
        { type: imageIndex, name: "all", props: { tag: `${registry}/petclinic:1`, sources } },
        { copiesOf: [`${registry}/*`] },
      );
    assertPasses(await judgeIndex([`${registry}/petclinic:1-amd64`, `${registry}/petclinic:1-arm64`]));
    assertPasses(await judgeIndex([null, `${registry}/petclinic:1`]));
    assertFails(
      await judgeIndex([`${registry}/petclinic:1-amd64`, "evil/petclinic"]),
      /^image "all" is a copy of "evil\/petclinic"\. Must be a copy/,
    );
    assertUnjudged(await judgeIndex(unknownList), /^The sources of image "all" are not known yet/);
  });
});
