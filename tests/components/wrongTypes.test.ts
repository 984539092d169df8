import assert from "node:assert/strict";
import { containerImageFaults } from "../../components/images/containerImage";
import { mirroredImageFaults } from "../../components/images/mirroredImage";
import { pushRoleFaults } from "../../components/permissions/pushRole";
import { registryFaults } from "../../components/registry/registry";
import { registryEventsFaults } from "../../components/registry/registryEventsArgs";
import { privateRepositoryFaults } from "../../components/repositories/privateRepositoryArgs";
import { publicRepositoryFaults } from "../../components/repositories/publicRepository";
import type { Fault } from "../../ecr/faults";
import { startMocks } from "./mocks";

// Programs in other languages, or in JavaScript, are not type-checked: `"false"` counts as true wherever only
// truthiness is tested.
describe("arguments of the wrong type", () => {
  before(() => startMocks({}, true));

  const arn = "arn:aws:ecr:us-east-1:123456789012:repository/petclinic";
  const role = { repositories: [arn], createProvider: true };
  const workflows = { repository: "octo-org/pets", branches: ["main"] };
  const target = { kind: "private", logicalName: "p", tagSettings: undefined };
  const image = { source: "smlinux/petclinic", repositories: [target] };
  const components: Record<string, (args: never) => Fault[]> = {
    privateRepository: (args) => privateRepositoryFaults("petclinic", args),
    publicRepository: (args) => publicRepositoryFaults("petclinic", args),
    pushRole: (args) => pushRoleFaults("release", { ...role, github: [workflows], ...(args as object) }),
    githubWorkflows: (args) => pushRoleFaults("release", { ...role, github: [{ ...workflows, ...(args as object) }] }),
    gitlabPipelines: (args) =>
      pushRoleFaults("release", {
        ...role,
        gitlab: [{ project: "group/pets", branches: ["main"], ...(args as object) }],
      }),
    registryEvents: (args) => registryEventsFaults("images", args),
    registry: (args) => registryFaults("registry", args),
    mirroredImage: (args) => mirroredImageFaults({ ...image, ...(args as object) } as never),
    containerImage: (args) =>
      containerImageFaults({ context: "app", repositories: [target], ...(args as object) } as never),
  };
  const refused: Record<string, [args: object, path: string][]> = {
    privateRepository: [
      ...["createKey", "scanOnPush", "forceDelete", "protect", "retainOnDelete"].map(boolean),
      [{ createKey: true, keyDeletionWindowDays: "30" }, "keyDeletionWindowDays"],
      ...["exclusionFilters", "protectedTags"].map(list),
      [{ import: { repository: "petclinic", repositoryPolicy: "false" } }, "import.repositoryPolicy"],
    ],
    publicRepository: [
      ...["forceDestroy", "protect", "retainOnDelete"].map(boolean),
      [{ import: { repository: "petclinic", repositoryPolicy: "false" } }, "import.repositoryPolicy"],
    ],
    pushRole: [
      boolean("pull"),
      [{ maxSessionDuration: "3600" }, "maxSessionDuration"],
      list("repositories"),
      [{ github: workflows }, "github"],
    ],
    githubWorkflows: [
      [{ pullRequests: "false" }, "github[0].pullRequests"],
      [{ pullRequests: 1 }, "github[0].pullRequests"],
      ...["branches", "tags", "environments", "workflows"].map((name): [object, string] => [
        { [name]: "main" },
        `github[0].${name}`,
      ]),
    ],
    gitlabPipelines: ["branches", "tags"].map((name) => [{ [name]: "main" }, `gitlab[0].${name}`]),
    registryEvents: [...["pushes", "deletions"].map(boolean), ...["repositories", "targets"].map(list)],
    registry: [
      boolean("takeOver"),
      ...["replicateFrom", "replication", "pullThroughCache", "creationTemplates"].map(list),
      [{ pullThroughCache: [{ upstream: "quay", createRole: "false" }] }, "pullThroughCache[0].createRole"],
      [{ accountSettings: { blobMounting: "false" } }, "accountSettings.blobMounting"],
      [{ scanning: { scanOnPush: "*" } }, "scanning.scanOnPush"],
      [{ replication: [{ regions: "eu-west-1" }] }, "replication[0].regions"],
    ],
    mirroredImage: ["tags", "repositories"].map(list),
    containerImage: ["tags", "cacheFrom", "publicArgs", "repositories"].map(list),
  };

  const typeRule = /^must be (true or false|a number|a list)\.$/;

  function boolean(name: string): [object, string] {
    return [{ [name]: "false" }, name];
  }
  function list(name: string): [object, string] {
    return [{ [name]: "one" }, name];
  }

  for (const [component, cases] of Object.entries(refused)) {
    for (const [args, path] of cases) {
      it(`are refused: ${path} of ${component}, ${JSON.stringify(args)}`, () => {
        const faults = components[component]?.(args as never) ?? [];
        const own = faults.filter((fault) => fault.path === path);
        assert.ok(own.length >= 1, JSON.stringify(faults));
        assert.match(own[0]?.rule ?? "", typeRule);
      });
    }
  }

  it("do not include omitted ones, nor null, which resets a default", () => {
    for (const [component, cases] of Object.entries(refused)) {
      for (const [wrong, path] of cases) {
        const name = path.split(".").at(-1) ?? "";
        const faults = components[component]?.({ ...wrong, [name]: undefined } as never) ?? assert.fail(component);
        const ofType = faults.filter((fault) => fault.path === path && typeRule.test(fault.rule));
        // Only the arguments that are objects still have the wrong value.
        assert.equal(ofType.length, Object.hasOwn(wrong, name) ? 0 : 1, `${path} of ${component}`);
      }
    }
    const args = { createKey: null, protect: null, keyDeletionWindowDays: null, protectedTags: null };
    const found = privateRepositoryFaults("petclinic", args as never).filter(({ rule }) => typeRule.test(rule));
    assert.deepEqual(found, []);
  });

  it("are refused where a required list is missing altogether", () => {
    for (const component of ["pushRole", "mirroredImage", "containerImage"]) {
      const faults = components[component]?.({ repositories: undefined } as never) ?? [];
      const own = faults.filter(({ path }) => path === "repositories");
      assert.equal(own.length, 1, component);
      assert.match(own[0]?.rule ?? "", /^must name at least one repository\b/);
    }
  });
});
