import type { StackState } from "../../components/stackState";

/** A state with one resource below a component. */
export function stateOf(types: string, name: string, outputs: Record<string, unknown>): StackState {
  const urn = `urn:pulumi:dev::ecr::${types}::${name}`;
  return [{ urn, types, type: types.split("$").at(-1) ?? "", name, outputs }];
}
