import type { PrivateRepositoryArgs } from "../components";
import { privateLifecyclePolicy } from "../components/repositories/privateRepositoryArgs";
import { grantsAccess } from "../components/repositories/repositoryAccess";
import { resourcesOf, type StackState } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import type { RepositoryKind } from "../outputs/repositoryKey";
import type { EnvironmentConfig } from "./sections";
import { privateRepositoryArgs, privateRepositoryTypes } from "./sections/privateRepositories";
import { publicRepositoryArgs, publicRepositoryTypes } from "./sections/publicRepositories";

const types = { private: privateRepositoryTypes, public: publicRepositoryTypes };

/** Whether the state has `retainOnDelete` for this repository's component. */
export function isRetained(state: StackState, kind: RepositoryKind, name: string): boolean {
  return resourcesOf(state, types[kind].component).some(
    (each) => each.name === name && each.outputs["retainOnDelete"] === true,
  );
}

/**
 * Policies of a retained repository that its entry no longer asks for. retainOnDelete covers a component's children
 * too: the policy would stay in AWS, in force but unmanaged, and the preview would not show it.
 */
export function unmanagedPolicies(
  config: EnvironmentConfig,
  state: StackState,
  { kind, key }: { kind: RepositoryKind; key: string },
  logicalName: string,
): Fault[] {
  const isPrivate = kind === "private";
  const args = isPrivate ? privateRepositoryArgs(config, key) : publicRepositoryArgs(config, key);
  const has = (type: string) => resourcesOf(state, type).some(({ name }) => name === logicalName);
  const fault = (setting: string, value: unknown): Fault => ({
    path: `${kind}Repositories.${key}.${setting}`,
    value,
    rule: "retainOnDelete was applied to this repository, so its policy would stay in AWS, in force.",
    fix: `write the former ${setting} again with retainOnDelete: false and update; then remove ${setting}.`,
  });
  return [
    ...(!grantsAccess(args.access) && has(types[kind].policy) ? [fault("access", args.access)] : []),
    ...(isPrivate &&
    privateLifecyclePolicy(args as PrivateRepositoryArgs) === undefined &&
    has(types.private.lifecyclePolicy)
      ? [fault("lifecyclePolicy", false)]
      : []),
  ];
}
