import type { Fault } from "../../ecr/faults";
import { isObject } from "../../ecr/jsonObjects";
import { type PlainTypes, typeFaults } from "../../ecr/typeFaults";
import type { RegistryArgs } from "./registryArgs";

/** Why parts of a registry's arguments are not of their types, lists of objects included: every fault, or none. */
export function registryTypeFaults(args: RegistryArgs): Fault[] {
  const { scanning, replication, pullThroughCache, creationTemplates } = args;
  const faults = typeFaults(
    args,
    {
      replicateFrom: "list",
      replication: "list",
      pullThroughCache: "list",
      creationTemplates: "list",
      takeOver: "boolean",
    },
    "",
  );
  return [
    ...faults,
    ...(isObject(scanning) ? typeFaults(scanning, { scanOnPush: "list", continuous: "list" }, "scanning") : []),
    ...each(replication, "replication", {
      regions: "list",
      accounts: "list",
      repositories: "list",
      deletes: "boolean",
    }),
    ...each(pullThroughCache, "pullThroughCache", { createRole: "boolean" }),
    ...each(creationTemplates, "creationTemplates", { appliedFor: "list", exclusionFilters: "list" }),
  ];
}

function each<T extends object>(list: readonly T[] | undefined, path: string, types: PlainTypes<T>): Fault[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, index) => typeFaults(entry, types, `${path}[${index}]`));
}
