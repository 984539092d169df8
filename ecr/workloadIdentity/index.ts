export { type GitHubWorkflows, githubAudience, githubFaults, githubIssuer, githubSubjects } from "./github";
export { type GitLabPipelines, gitlabFaults, gitlabIssuer, gitlabSubjects } from "./gitlab";
export {
  issuerFaults,
  issuerOfProvider,
  type OidcTrust,
  oidcTrustPolicy,
  providerArnFaults,
  trustPolicyFaults,
  trustPolicyMaximum,
} from "./trust";
