import type { Fault } from "../../ecr/faults";
import { type PlainTypes, typeFaults } from "../../ecr/typeFaults";
import { isObject } from "../../ecr/values/jsonObjects";
import type { RegistryAdoptionArgs, RegistryArgs } from "./registryArgs";

const adoptionTypes: PlainTypes<RegistryAdoptionArgs> = {
  policy: "boolean",
  scanning: "boolean",
  replication: "boolean",
  pullThroughCache: "list",
  creationTemplates: "list",
  accountSettings: "list",
  pullTimeExclusions: "list",
};

/** Type faults in a registry's arguments, including nested lists of objects: every fault, or none. */
export function registryTypeFaults(args: RegistryArgs): Fault[] {
  const { import: adopted, scanning, replication, pullThroughCache, creationTemplates } = args;
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
    ...(isObject(adopted) ? typeFaults(adopted, adoptionTypes, "import") : []),
    ...listTypeFaults(replication, "replication", {
      regions: "list",
      accounts: "list",
      repositories: "list",
      deletes: "boolean",
    }),
    ...listTypeFaults(pullThroughCache, "pullThroughCache", { createRole: "boolean" }),
    ...listTypeFaults(creationTemplates, "creationTemplates", { appliedFor: "list", exclusionFilters: "list" }),
  ];
}

function listTypeFaults<T extends object>(list: readonly T[] | undefined, path: string, types: PlainTypes<T>): Fault[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, index) => typeFaults(entry, types, `${path}[${index}]`));
}
