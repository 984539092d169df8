export {
  actionMatches,
  lambdaPullActions,
  publicPushActions,
  pullActions,
  pushActions,
  uploadActions,
} from "./actions";
export { canonicalPolicyText } from "./canonical";
export { type Grantee, granteeFaults, parseGrantee } from "./grantees";
export {
  type AccessGrants,
  accessGrantsFaults,
  type PublicAccessGrants,
  publicAccessGrantsFaults,
  publicRepositoryPolicyFromGrants,
  repositoryPolicyFromGrants,
} from "./grants";
export { repositoryKeyPolicy } from "./keyPolicy";
export type { PrincipalLetIn } from "./principals";
export { type LettingIn, principalsLetIn, publicStatements, wildcardActionStatements } from "./publicAccess";
export { readAccessPolicy } from "./reading";
export { statementElements } from "./statementRules";
export * from "./types";
export { accessPolicyFaults } from "./validation";
