export {
  type GitHubWorkflows,
  githubAudience,
  githubFaults,
  githubIssuer,
  githubSubjects,
  githubWorkflowRefs,
} from "./github";
export { type GitLabPipelines, gitlabFaults, gitlabIssuer, gitlabSubjects } from "./gitlab";
export {
  issuerFaults,
  issuerOfProvider,
  type OidcTrust,
  oidcTrustPolicy,
  providerArnFaults,
  trustPolicyFaults,
  trustPolicyMaximum,
  type WorkflowSubjects,
} from "./trust";
