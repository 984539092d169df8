export { accessPolicyFaults } from "./accessPolicyFaults";
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
export * from "./policyDocument";
export type { GrantedPrincipal } from "./principals";
export { publicStatements, type StatementGrant, statementGrants, wildcardActionStatements } from "./publicAccess";
export { readAccessPolicy } from "./reading";
export { statementElements } from "./statementRules";
