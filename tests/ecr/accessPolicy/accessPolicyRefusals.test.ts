import assert from "node:assert/strict";
import { accessPolicyFaults, type PolicyKind } from "../../../ecr/accessPolicy";

const account = "123456789012";
const good = { Effect: "Allow", Principal: { AWS: account }, Action: "ecr:BatchGetImage" };

const operators =
  "write one of StringEquals, StringEqualsIgnoreCase, StringLike, ArnEquals, ArnLike, StringNotEquals, " +
  "StringNotEqualsIgnoreCase, StringNotLike, ArnNotEquals, ArnNotLike, NumericNotEquals, DateNotEquals, NotIpAddress, " +
  "NumericEquals, NumericLessThan, NumericLessThanEquals, NumericGreaterThan, NumericGreaterThanEquals, DateEquals, " +
  "DateLessThan, DateLessThanEquals, DateGreaterThan, DateGreaterThanEquals, Bool, BinaryEquals, IpAddress, Null.";

/** The value at one step of a path: a key, or an index in brackets; an empty step returns the whole. */
function partOf(whole: unknown, step: string): unknown {
  const key = step.replace(/[[\]]/g, "");
  return key === "" ? whole : (whole as Record<string, unknown>)[key];
}

/** The exact messages about one statement; each path is relative to the statement. */
describe("accessPolicyFaults: refusals of a statement", () => {
  const refused: [what: string, statement: unknown, path: string, rule: string, fix: string, kind?: PolicyKind][] = [
    [
      "a statement that is a string",
      "Allow",
      "",
      "a statement must be an object.",
      "write Effect, Principal and Action.",
    ],
    [
      "an unknown key",
      { ...good, Actions: "x" },
      "Actions",
      'a statement has no element "Actions".',
      "leave it out. Allowed: Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition.",
    ],
    [
      "a Sid that is a number",
      { ...good, Sid: 1 },
      "Sid",
      "a Sid must be a string.",
      "write a string, or leave it out.",
    ],
    [
      "an effect in lower case",
      { ...good, Effect: "allow" },
      "Effect",
      "Effect must be Allow or Deny.",
      'write "Allow" or "Deny", in exactly this spelling.',
    ],
    [
      "a missing principal",
      { Effect: "Allow", Action: "ecr:PutImage" },
      "Principal",
      "a statement must have either Principal or NotPrincipal.",
      "add Principal.",
    ],
    [
      "Principal together with NotPrincipal",
      { ...good, NotPrincipal: "*" },
      "Principal",
      "a statement must have either Principal or NotPrincipal.",
      "leave NotPrincipal out.",
    ],
    [
      "a missing action",
      { Effect: "Allow", Principal: "*" },
      "Action",
      "a statement must have either Action or NotAction.",
      "add Action.",
    ],
    [
      "Action together with NotAction",
      { ...good, NotAction: "ecr:PutImage" },
      "Action",
      "a statement must have either Action or NotAction.",
      "leave NotAction out.",
    ],
    [
      "a bare account as principal",
      { ...good, Principal: account },
      "Principal",
      'a principal must be "*" or names by type.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "an empty principal",
      { ...good, Principal: {} },
      "Principal",
      'a principal must be "*" or names by type.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "an unknown kind of principal",
      { ...good, Principal: { Aws: "*" } },
      "Principal.Aws",
      'IAM has no principal type "Aws".',
      'did you mean "AWS"? Write one of AWS, Service, Federated, CanonicalUser.',
    ],
    [
      "an empty list of names",
      { ...good, Principal: { AWS: [] } },
      "Principal.AWS",
      "names must be a string or a list of strings.",
      "write at least one.",
    ],
    [
      "a name that is a number",
      { ...good, Principal: { AWS: 1 } },
      "Principal.AWS",
      "names must be a string or a list of strings.",
      "write at least one.",
    ],
    [
      "an account ID of 11 digits",
      { ...good, Principal: { AWS: ["12345678901"] } },
      "Principal.AWS[0]",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a wildcard in an ARN",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:role/*` } },
      "Principal.AWS",
      "IAM accepts `*` as a principal only on its own, not inside an ARN.",
      'name the account and add the condition { ArnLike: { "aws:PrincipalArn": "…*" } }.',
    ],
    [
      "the ARN of a policy",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:policy/x` } },
      "Principal.AWS",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a root ARN with something after it",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:root/x` } },
      "Principal.AWS",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a service without a domain",
      { ...good, Principal: { Service: "lambda" } },
      "Principal.Service",
      "a service principal must be the service's domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a service with something before it",
      { ...good, Principal: { Service: "*.amazonaws.com" } },
      "Principal.Service",
      "a service principal must be the service's domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a service with something after it",
      { ...good, Principal: { Service: "lambda.amazonaws.com/x" } },
      "Principal.Service",
      "a service principal must be the service's domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a unique ID with something before it",
      { ...good, Principal: { AWS: "xAIDAABCDEFGHIJKLMNOP" } },
      "Principal.AWS",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a unique ID with something after it",
      { ...good, Principal: { AWS: "AIDAABCDEFGHIJKLMNOP:x" } },
      "Principal.AWS",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "an identity's ARN with something before it",
      { ...good, Principal: { AWS: `x${`arn:aws:iam::${account}:role/x`}` } },
      "Principal.AWS",
      "an AWS principal must be an account or an identity in one.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "an empty name",
      { ...good, Principal: { Federated: "" } },
      "Principal.Federated",
      "a principal must not be empty.",
      "write the name, or leave the entry out.",
    ],
    [
      "an empty NotPrincipal",
      { Effect: "Deny", Action: "ecr:PutImage", NotPrincipal: {} },
      "NotPrincipal",
      'a principal must be "*" or names by type.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "an action without a service",
      { ...good, Action: "PutImage" },
      "Action",
      "an action must be a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "an action with something before it",
      { ...good, Action: "the ecr:PutImage" },
      "Action",
      "an action must be a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "an action with something after it",
      { ...good, Action: "ecr:PutImage now" },
      "Action",
      "an action must be a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "an empty list of resources",
      { ...good, Resource: [] },
      "Resource",
      "resources must be a string or a list of strings.",
      "write at least one.",
      "registry",
    ],
    [
      "another service's action",
      { ...good, Action: ["s3:GetObject"] },
      "Action[0]",
      "this policy can grant only actions of ecr.",
      'write "ecr:GetObject", or leave it out.',
    ],
    [
      "ECR Public's action",
      { ...good, Action: "ecr-public:PutImage" },
      "Action",
      "this policy can grant only actions of ecr.",
      'write "ecr:PutImage", or leave it out.',
    ],
    [
      "a misspelled action",
      { ...good, Action: "ecr:BatchGetImgae" },
      "Action",
      'ecr has no action "BatchGetImgae".',
      'write "ecr:BatchGetImage".',
    ],
    [
      "an empty list of actions",
      { ...good, Action: [] },
      "Action",
      "actions must be a string or a list of strings.",
      "write at least one.",
    ],
    [
      "a NotAction that is null",
      { Effect: "Deny", Principal: "*", NotAction: null },
      "NotAction",
      "actions must be a string or a list of strings.",
      "write at least one.",
    ],
    [
      "a resource in a repository policy",
      { ...good, Resource: "*" },
      "Resource",
      "a repository policy has no resource: it applies to the repository that it is attached to.",
      "leave it out.",
    ],
    [
      "NotResource in a repository policy",
      { ...good, NotResource: "*" },
      "NotResource",
      "a repository policy has no resource: it applies to the repository that it is attached to.",
      "leave it out.",
    ],
    [
      "a private ECR action in a public repository's policy",
      { ...good, Action: "ecr:PutImage" },
      "Action",
      "this policy can grant only actions of ecr-public.",
      'write "ecr-public:PutImage", or leave it out.',
      "publicRepository",
    ],
    [
      "a resource in a public repository's policy",
      { ...good, Action: "ecr-public:PutImage", Resource: "*" },
      "Resource",
      "a repository policy has no resource: it applies to the repository that it is attached to.",
      "leave it out.",
      "publicRepository",
    ],
    [
      "a misspelled ECR Public action",
      { ...good, Action: "ecr-public:PutImages" },
      "Action",
      'ecr-public has no action "PutImages".',
      'write "ecr-public:PutImage".',
      "publicRepository",
    ],
    [
      "a missing resource in a registry policy",
      good,
      "Resource",
      "a statement of this policy must have either Resource or NotResource.",
      "write ARNs of repositories of this registry.",
      "registry",
    ],
    [
      "a missing resource in a key policy",
      { ...good, Action: "kms:Decrypt" },
      "Resource",
      "a statement of this policy must have either Resource or NotResource.",
      'write "*", which means this key.',
      "key",
    ],
    [
      "Resource together with NotResource",
      { ...good, Action: "kms:*", Resource: "*", NotResource: "*" },
      "Resource",
      "a statement of this policy must have either Resource or NotResource.",
      'write "*", which means this key.',
      "key",
    ],
    [
      "a resource that is not an ARN",
      { ...good, Resource: ["*", "petclinic"] },
      "Resource[1]",
      'a resource must be an ARN or "*".',
      "write the ARN.",
      "registry",
    ],
    [
      "a condition that is a string",
      { ...good, Condition: "none" },
      "Condition",
      "a condition must be operators, each with keys and their values.",
      'write { StringEquals: { "aws:PrincipalOrgID": "o-…" } }.',
    ],
    [
      "an unknown operator",
      { ...good, Condition: { StringSame: {} } },
      "Condition.StringSame",
      'IAM has no condition operator "StringSame".',
      `did you mean "StringLike"? ${operators.replace("write", "Write")}`,
    ],
    [
      "NullIfExists",
      { ...good, Condition: { NullIfExists: {} } },
      "Condition.NullIfExists",
      'IAM has no condition operator "NullIfExists".',
      operators,
    ],
    [
      "an operator whose value is a string",
      { ...good, Condition: { Bool: "x" } },
      "Condition.Bool",
      "a condition must be operators, each with keys and their values.",
      'write { StringEquals: { "aws:PrincipalOrgID": "o-…" } }.',
    ],
    [
      "a condition value that is an object",
      { ...good, Condition: { Bool: { "aws:SecureTransport": {} } } },
      "Condition.Bool.aws:SecureTransport",
      "a condition's value must be a string, a number or a boolean, or a list of these.",
      "write the value as a string.",
    ],
  ];
  for (const [what, statement, inner, rule, fix, kind = "repository"] of refused) {
    it(`refuses ${what}`, () => {
      const path = `policy.Statement[0]${inner === "" ? "" : `.${inner}`}`;
      const value = inner.split(/\.|(?=\[)/).reduce<unknown>(partOf, statement);
      assert.deepEqual(accessPolicyFaults({ Version: "2012-10-17", Statement: [statement] }, "policy", kind), [
        { path, value, rule, fix },
      ]);
    });
  }
});
