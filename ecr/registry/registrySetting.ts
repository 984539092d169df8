/** The settings of a registry, as the arguments of `Registry` and the entries of `ecr:registries` name them. */
export type RegistrySetting =
  | "policy"
  | "scanning"
  | "replication"
  | "pullThroughCache"
  | "creationTemplates"
  | "accountSettings"
  | "pullTimeExclusions";
