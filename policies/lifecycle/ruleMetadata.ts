import { securityHub } from "../engine/frameworks";

// Texts shared by the lifecycle policy rules.

export const lifecycleControl = securityHub(
  "ECR.3",
  "ECR repositories should have at least one lifecycle policy configured",
  {
    nist: ["CA-9(1)", "CM-2", "CM-2(2)"],
  },
);

export const documentRemediation =
  "Correct the lifecycle policy document as the message says. The AWS provider replaces the policy: it deletes the old one and creates " +
  "the new one, which takes effect within 24 hours.";
