import assert from "node:assert/strict";
import { imageConsumers } from "../../../policies/images/imageConsumers";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeStack,
  type Props,
  type StackResource,
  types,
  unknownList,
  unknownText,
} from "../harness";

const url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic";
const digest = `sha256:${"0".repeat(64)}`;
const repository = (props: Props = {}): StackResource => ({
  type: types.repository,
  name: "repo",
  props: { name: "petclinic", repositoryUrl: url, imageTagMutability: "IMMUTABLE", ...props },
});
const task = (containerDefinitions: unknown, from: string[] = []): StackResource => ({
  type: resourceTypes.taskDefinition,
  name: "web",
  props: { containerDefinitions },
  from: { containerDefinitions: from },
});
const container = (image: unknown) =>
  JSON.stringify([
    { name: "sidecar", image: "nginx" },
    { name: "web", image },
  ]);
const lambda = (imageUri: unknown): StackResource => ({
  type: resourceTypes.function,
  name: "fn",
  props: { imageUri },
});
const workload = (type: string, props: Props): StackResource => ({ type: `kubernetes:${type}`, name: "web", props });
const judge = (resources: StackResource[], config: object = {}) => judgeStack(imageConsumers, resources, config);

describe("policies: ecr-image-consumers", () => {
  it("passes digests, tags that cannot move, and images outside ECR", async () => {
    assertPasses(await judge([task(container(`${url}@${digest}`))]));
    assertPasses(await judge([task(container(`${url}:1@${digest}`))]));
    assertPasses(await judge([repository(), task(container(`${url}:1.0.0`)), lambda(`${url}:1.0.0`)]));
    assertPasses(
      await judge([task(container(`${url}:1.0.0`))], { immutableRepositories: ["*.amazonaws.com/petclinic"] }),
    );
    assertPasses(await judge([task(container("docker.io/library/nginx:1"))]));
    for (const none of [undefined, null, 5, "", "Not:A:Reference"]) {
      assertPasses(await judge([lambda(none)]));
    }
    assertPasses(await judge([repository()]));
  });

  it("fails tags that can move", async () => {
    assertFails(
      await judge([repository({ imageTagMutability: "MUTABLE" }), task(container(`${url}:1.0.0`))]),
      /^containerDefinitions\[1\]\.image: TaskDefinition "web" runs ".*:1\.0\.0", and the tag "1\.0\.0" can move in repository "petclinic"\. Must be a digest, or a tag that cannot move\. Write ".*\/petclinic@sha256:<digest>"\.$/,
    );
    const filters = {
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
    };
    assertFails(
      await judge([repository(filters), lambda(url)]),
      /^imageUri: Function "fn" .* the tag "latest" can move/,
    );
    assertFails(await judge([lambda(`${url}:1`)]), /can move in a repository that is not known to have immutable tags/);
    const open = {
      type: resourceTypes.publicRepository,
      name: "p",
      props: { repositoryName: "open", repositoryUri: "public.ecr.aws/a1/open" },
    };
    assertFails(await judge([open, lambda("public.ecr.aws/a1/open:1")]), /in repository "open"/);
    // A registry under a host name that is not one of ECR's.
    assertFails(
      await judge([
        repository({ repositoryUrl: "127.0.0.1:5000/petclinic", imageTagMutability: "MUTABLE" }),
        lambda("127.0.0.1:5000/petclinic:1"),
      ]),
      /can move/,
    );
  });

  it("finds the containers of every Kubernetes workload", async () => {
    const pod = {
      initContainers: [{ image: `${url}:a` }],
      containers: [{ image: `${url}:b` }, { image: "nginx" }, {}],
    };
    const template = { spec: { template: { spec: pod } } };
    for (const [type, props, at] of [
      ["core/v1:Pod", { spec: pod }, "spec"],
      ["core/v1:ReplicationController", template, "spec.template.spec"],
      ["apps/v1:Deployment", template, "spec.template.spec"],
      ["apps/v1:ReplicaSet", template, "spec.template.spec"],
      ["apps/v1:StatefulSet", template, "spec.template.spec"],
      ["apps/v1:DaemonSet", template, "spec.template.spec"],
      ["batch/v1:Job", template, "spec.template.spec"],
      [
        "batch/v1:CronJob",
        { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
        "spec.jobTemplate.spec.template.spec",
      ],
    ] as const) {
      const verdict = await judge([workload(type, props)]);
      assertFails(verdict, /the tag "a" can move/, /the tag "b" can move/);
      assert.ok(verdict.violations[0]?.startsWith(`${at}.initContainers[0].image: ${type.split(":")[1]} "web"`), type);
      assert.ok(verdict.violations[1]?.startsWith(`${at}.containers[0].image: `), type);
    }
  });

  it("passes resources without containers", async () => {
    for (const props of [
      {},
      { spec: null },
      { spec: { template: null } },
      { spec: { template: { spec: { containers: null } } } },
    ]) {
      assertPasses(await judge([workload("apps/v1:Deployment", props)]));
    }
    for (const definitions of [undefined, "", "{", "[]", "null", "[null]", "{}"]) {
      assertPasses(await judge([task(definitions)]));
    }
  });

  it("reports unknown values with their repository", async () => {
    assertUnjudged(
      await judge([repository(), task(unknownText, ["repo"])]),
      /^containerDefinitions, the image of TaskDefinition "web", from repository "repo", is not known yet\./,
    );
    const two = [{ ...repository(), name: "other" }, repository()];
    assertUnjudged(await judge([...two, task(unknownText, ["repo"])]), /, from repository "repo", is not/);
    // With both repositories or another resource as the source, the repository cannot be determined.
    for (const from of [["repo", "other"], ["web"]]) {
      assertUnjudged(await judge([...two, task(unknownText, from)]), /the image of TaskDefinition "web", is not known/);
    }
    const role = { type: resourceTypes.role, name: "role", props: {} };
    assertUnjudged(await judge([...two, role, task(unknownText, ["role", "repo"])]), /from repository "repo"/);
    assertUnjudged(
      await judge([task(unknownText)]),
      /^containerDefinitions, the image of TaskDefinition "web", is not known yet\./,
    );
    assertUnjudged(await judge([lambda(unknownText)]), /^imageUri, the image of Function "fn"/);
    assertUnjudged(
      await judge([workload("apps/v1:Deployment", { spec: { template: unknownText } })]),
      /^spec\.template, /,
    );
    assertUnjudged(
      await judge([workload("core/v1:Pod", { spec: { containers: unknownList } })]),
      /^spec\.containers, /,
    );
    assertUnjudged(
      await judge([workload("core/v1:Pod", { spec: { containers: [unknownText] } })]),
      /^spec\.containers\[0\], /,
    );
    assertUnjudged(
      await judge([repository({ imageTagMutability: unknownText }), lambda(`${url}:1`)]),
      /the tag "1" may move in repository "petclinic"/,
    );
    const mixed = await judge([lambda(unknownText), { ...lambda(`${url}:1`), name: "other" }]);
    assert.match(mixed.violations.join(), /Function "other"/);
    assert.equal(mixed.unjudged.length, 1);
  });

  it("recognizes the repository by each of its endpoints", async () => {
    const hosts = [
      "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
      "123456789012.dkr-ecr.us-east-1.on.aws",
      "123456789012.dkr-ecr-fips.us-east-1.on.aws",
    ];
    for (const host of hosts) {
      assertPasses(await judge([repository({ imageTagMutability: "IMMUTABLE" }), lambda(`${host}/petclinic:1`)]));
      assertFails(
        await judge([repository({ imageTagMutability: "MUTABLE" }), lambda(`${host}/petclinic:1`)]),
        /the tag "1" can move in repository "petclinic"/,
      );
      assertPasses(await judge([lambda(`${host}/petclinic:1`)], { immutableRepositories: [url] }));
    }
  });

  it("decides what is the same for every account that the repository may be in", async () => {
    const mine = (imageTagMutability: string) =>
      repository({ imageTagMutability, repositoryUrl: unknownText, registryId: unknownText, region: "us-east-1" });
    const listed = { immutableRepositories: [url] };
    assertFails(await judge([mine("MUTABLE"), lambda(`${url}:1`)]), /the tag "1" can move in repository "petclinic"/);
    assertUnjudged(
      await judge([mine("IMMUTABLE"), lambda(`${url}:1`)]),
      /the tag "1" may move in repository "petclinic"/,
    );
    assertPasses(await judge([mine("IMMUTABLE"), lambda(`${url}:1`)], listed));
    assertUnjudged(await judge([mine("MUTABLE"), lambda(`${url}:1`)], listed), /the tag "1" may move/);
  });
});
