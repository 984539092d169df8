export {
  actionMatches,
  lambdaPullActions,
  publicPushActions,
  pullActions,
  pushActions,
  uploadActions,
} from "./actions";
export type { PrincipalLetIn } from "./principals";
export { type LettingIn, principalsLetIn, publicStatements, wildcardActionStatements } from "./publicAccess";
export { readAccessPolicy } from "./reading";
export * from "./types";
export { accessPolicyFaults } from "./validation";
