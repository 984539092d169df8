import { type PrivateRepositoryArgs, privateLifecyclePolicy } from "../components";
import { namesSomeone } from "../components/repositories/repositoryAccess";
import { resourcesOf, type StackState } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { privateRepositoryArgs, publicRepositoryArgs } from "./arguments";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

/** Whether a repository was told to stay in AWS: its component says so in the state. */
export function isRetained(state: StackState, kind: "private" | "public", name: string): boolean {
  return resourcesOf(state, stateTypes[`${kind}Repository`].component).some(
    (each) => each.name === name && each.outputs["retainOnDelete"] === true,
  );
}

/**
 * Policies of a retained repository that its entry no longer asks for. What a component retains, it retains each part of:
 * a policy would stay in AWS, and go on to grant or expire, with nobody to manage it and an empty preview.
 *
 * @param reference `private/<key>` or `public/<key>`.
 */
export function leftPolicies(
  config: EnvironmentConfig,
  state: StackState,
  reference: string,
  logicalName: string,
): Fault[] {
  const [kind = "", key = ""] = reference.split(/\/(.*)/);
  const isPrivate = kind === "private";
  const args = isPrivate ? privateRepositoryArgs(config, key) : publicRepositoryArgs(config, key);
  const has = (type: string) => resourcesOf(state, type).some(({ name }) => name === logicalName);
  const fault = (setting: string, value: unknown): Fault => ({
    path: `${kind}Repositories.${key}.${setting}`,
    value,
    rule: "retainOnDelete was applied to this repository, so the policy that the stack has for it would be left in AWS, in force.",
    fix: `write the former ${setting} again with retainOnDelete: false and update; then take ${setting} away.`,
  });
  const { policy } = isPrivate ? stateTypes.privateRepository : stateTypes.publicRepository;
  return [
    ...(!namesSomeone(args.access) && has(policy) ? [fault("access", args.access)] : []),
    ...(isPrivate &&
    privateLifecyclePolicy(args as PrivateRepositoryArgs) === undefined &&
    has(stateTypes.privateRepository.lifecyclePolicy)
      ? [fault("lifecyclePolicy", false)]
      : []),
  ];
}
