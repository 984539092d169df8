import {
  type Compatibility,
  type ContainerDefinition,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type NetworkMode,
  RegisterTaskDefinitionCommand,
  type RuntimePlatform,
} from "@aws-sdk/client-ecs";
import { isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { regionAndTags } from "../commonSchema";
import { normalizeJson } from "../documents";
import { readUnlessGone, step } from "../operations";
import { type AwsResource, withoutInternal } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { ecsCaller } from "./ecsClient";
import { ecsTags, fromEcsTags, updateEcsTags } from "./ecsTags";

const replaced = { type: "string", replace: true } as const;

/**
 * As in the Terraform AWS provider 6.x (internal/service/ecs/task_definition.go): the ID is the family, and a change
 * registers a new revision and deregisters the old one.
 */
export const ecsTaskDefinition: AwsResource = {
  type: "aws:ecs/taskDefinition:TaskDefinition",
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    arnWithoutRevision: { type: "string", output: true },
    containerDefinitions: { type: "json", required: true, replace: true, equal: sameContainers },
    cpu: replaced,
    executionRoleArn: replaced,
    family: { type: "string", required: true, replace: true },
    memory: replaced,
    networkMode: { type: "string", computed: true, replace: true, values: ["awsvpc", "bridge", "host", "none"] },
    requiresCompatibilities: { type: "stringSet", replace: true },
    revision: { type: "number", output: true },
    runtimePlatform: {
      type: { object: { cpuArchitecture: { type: "string" }, operatingSystemFamily: { type: "string" } } },
      replace: true,
    },
    skipDestroy: { type: "boolean", default: false },
    taskRoleArn: replaced,
  },

  async create(inputs, scope) {
    const family = String(inputs["family"]);
    const text = (key: string) => (typeof inputs[key] === "string" && inputs[key] !== "" ? inputs[key] : undefined);
    await step(`creating ECS Task Definition (${family})`, () =>
      send(
        ecsCaller(scope),
        new RegisterTaskDefinitionCommand({
          family,
          containerDefinitions: JSON.parse(String(inputs["containerDefinitions"])) as ContainerDefinition[],
          cpu: text("cpu"),
          memory: text("memory"),
          executionRoleArn: text("executionRoleArn"),
          taskRoleArn: text("taskRoleArn"),
          networkMode: text("networkMode") as NetworkMode | undefined,
          requiresCompatibilities: Array.isArray(inputs["requiresCompatibilities"])
            ? (inputs["requiresCompatibilities"] as Compatibility[])
            : undefined,
          runtimePlatform: isMap(inputs["runtimePlatform"])
            ? (withoutInternal(inputs["runtimePlatform"]) as RuntimePlatform)
            : undefined,
          tags: ecsTags(inputs["tagsAll"]),
        }),
      ),
    );
    return family;
  },

  async read(id, known, scope) {
    return readUnlessGone(`ECS Task Definition (${id})`, ["ClientException"], async () => {
      const { taskDefinition, tags } = await send(
        ecsCaller(scope),
        new DescribeTaskDefinitionCommand({ taskDefinition: String(known["arn"] ?? id), include: ["TAGS"] }),
      );
      if (!taskDefinition || taskDefinition.status === "INACTIVE") return undefined;
      const arn = taskDefinition.taskDefinitionArn ?? "";
      const found = normalizeJson(JSON.stringify(taskDefinition.containerDefinitions ?? []));
      const given = known["containerDefinitions"];
      return {
        arn,
        arnWithoutRevision: arn.replace(/:\d+$/, ""),
        // Keeps the program's value if it is equivalent, because the service adds defaults.
        containerDefinitions: typeof given === "string" && sameContainers(given, found) ? given : found,
        ...optional("cpu", taskDefinition.cpu),
        ...optional("memory", taskDefinition.memory),
        ...optional("executionRoleArn", taskDefinition.executionRoleArn),
        ...optional("taskRoleArn", taskDefinition.taskRoleArn),
        ...optional("networkMode", taskDefinition.networkMode),
        family: taskDefinition.family ?? id,
        requiresCompatibilities: taskDefinition.requiresCompatibilities ?? [],
        revision: taskDefinition.revision ?? 0,
        ...tagState(fromEcsTags(tags), known, scope.connection.settings),
      };
    });
  },

  async update(_id, olds, news, _changed, scope) {
    await updateEcsTags(String(olds["arn"]), olds, news, scope);
  },

  async delete(id, outputs, scope) {
    if (outputs["skipDestroy"] === true) return;
    await step(`deleting ECS Task Definition (${id})`, () =>
      send(ecsCaller(scope), new DeregisterTaskDefinitionCommand({ taskDefinition: String(outputs["arn"]) })),
    );
  },
};

function optional(key: string, value: string | undefined): PropertyMap {
  return value === undefined || value === "" ? {} : { [key]: value };
}

/** Defaults that the service fills in, equivalent to omitting the key (API reference, ContainerDefinition). */
const defaults: Readonly<Record<string, unknown>> = {
  cpu: 0,
  essential: true,
  environment: [],
  mountPoints: [],
  volumesFrom: [],
  systemControls: [],
  portMappings: [],
};

/** Whether two lists of container definitions are equivalent, apart from the service's defaults. */
function sameContainers(left: PropertyValue, right: PropertyValue): boolean {
  const canonical = (value: PropertyValue) =>
    normalizeJson(
      JSON.stringify(
        (JSON.parse(String(value)) as Record<string, unknown>[]).map((container) =>
          Object.fromEntries(
            Object.entries(container)
              .filter(([key, each]) => each !== null && JSON.stringify(each) !== JSON.stringify(defaults[key]))
              .map(([key, each]) => [key, key === "portMappings" ? portMappings(each) : each]),
          ),
        ),
      ),
    );
  try {
    return canonical(left) === canonical(right);
  } catch {
    return false;
  }
}

function portMappings(mappings: unknown): unknown {
  return (mappings as { containerPort?: number; hostPort?: number; protocol?: string }[]).map((each) => ({
    ...each,
    hostPort: each.hostPort ?? each.containerPort,
    protocol: each.protocol ?? "tcp",
  }));
}
