import assert from "node:assert/strict";
import {
  containerImageFaults,
  mirroredImageFaults,
  privateRepositoryFaults,
  publicRepositoryFaults,
  pushRoleFaults,
  registryEventsFaults,
  registryFaults,
} from "../../components";
import type { Fault } from "../../ecr/faults";
import { startMocks } from "./mocks";

// Programs in other languages, and those that nobody compiled: `"false"` is true wherever only truth counts.
describe("arguments of a wrong type", () => {
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
        assert.match(own[0]?.rule ?? "", /^this is (true or false|a number|a list)\.$|on or off/);
      });
    }
  }

  it("are not what is left out, nor null, which takes a default back", () => {
    for (const value of [undefined, null]) {
      const args = { createKey: value, protect: value, keyDeletionWindowDays: value } as never;
      assert.deepEqual(
        privateRepositoryFaults("petclinic", args).filter(({ rule }) => /^this is /.test(rule)),
        [],
      );
    }
  });
});
