import assert from "node:assert/strict";
import { accessPolicyFaults, type PolicyKind } from "../../ecr/accessPolicy";

const account = "123456789012";
const good = { Effect: "Allow", Principal: { AWS: account }, Action: "ecr:BatchGetImage" };

const operators =
  "write one of StringEquals, StringEqualsIgnoreCase, StringLike, ArnEquals, ArnLike, StringNotEquals, " +
  "StringNotEqualsIgnoreCase, StringNotLike, ArnNotEquals, ArnNotLike, NumericNotEquals, DateNotEquals, NotIpAddress, " +
  "NumericEquals, NumericLessThan, NumericLessThanEquals, NumericGreaterThan, NumericGreaterThanEquals, DateEquals, " +
  "DateLessThan, DateLessThanEquals, DateGreaterThan, DateGreaterThanEquals, Bool, BinaryEquals, IpAddress, Null.";

/** What stands at one step of a path: a key, or an index in brackets; no step leads nowhere. */
function partOf(whole: unknown, step: string): unknown {
  const key = step.replace(/[[\]]/g, "");
  return key === "" ? whole : (whole as Record<string, unknown>)[key];
}

/** What is said about one statement, word for word; a path is one inside the statement. */
describe("accessPolicyFaults: refusals of a statement", () => {
  const refused: [what: string, statement: unknown, path: string, rule: string, fix: string, kind?: PolicyKind][] = [
    ["a statement that is text", "Allow", "", "a statement is an object.", "write Effect, Principal and Action."],
    [
      "an unknown key",
      { ...good, Actions: "x" },
      "Actions",
      'a statement knows no "Actions".',
      "leave it out; its keys are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition.",
    ],
    ["a Sid that is a number", { ...good, Sid: 1 }, "Sid", "a Sid is text.", "write a text, or leave it out."],
    [
      "an effect in lower case",
      { ...good, Effect: "allow" },
      "Effect",
      "a statement allows or denies.",
      'write "Allow" or "Deny", spelled like that.',
    ],
    [
      "no principal",
      { Effect: "Allow", Action: "ecr:PutImage" },
      "Principal",
      "a statement has either Principal or NotPrincipal.",
      "add Principal.",
    ],
    [
      "both principals",
      { ...good, NotPrincipal: "*" },
      "Principal",
      "a statement has either Principal or NotPrincipal.",
      "leave NotPrincipal out.",
    ],
    [
      "no action",
      { Effect: "Allow", Principal: "*" },
      "Action",
      "a statement has either Action or NotAction.",
      "add Action.",
    ],
    [
      "both actions",
      { ...good, NotAction: "ecr:PutImage" },
      "Action",
      "a statement has either Action or NotAction.",
      "leave NotAction out.",
    ],
    [
      "a bare account as principal",
      { ...good, Principal: account },
      "Principal",
      'a principal is "*" or names by kind.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "an empty principal",
      { ...good, Principal: {} },
      "Principal",
      'a principal is "*" or names by kind.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "an unknown kind of principal",
      { ...good, Principal: { Aws: "*" } },
      "Principal.Aws",
      'IAM has no kind of principal "Aws".',
      'did you mean "AWS"? Write one of AWS, Service, Federated, CanonicalUser.',
    ],
    [
      "no name",
      { ...good, Principal: { AWS: [] } },
      "Principal.AWS",
      "names are a text or a list of texts.",
      "write at least one.",
    ],
    [
      "a name that is a number",
      { ...good, Principal: { AWS: 1 } },
      "Principal.AWS",
      "names are a text or a list of texts.",
      "write at least one.",
    ],
    [
      "11 digits",
      { ...good, Principal: { AWS: ["12345678901"] } },
      "Principal.AWS[0]",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a wildcard in an ARN",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:role/*` } },
      "Principal.AWS",
      "IAM takes `*` as a principal only alone, not as a part of an ARN.",
      'name the account and add the condition { ArnLike: { "aws:PrincipalArn": "…*" } }.',
    ],
    [
      "the ARN of a policy",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:policy/x` } },
      "Principal.AWS",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "something behind root",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:root/x` } },
      "Principal.AWS",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a service without domain",
      { ...good, Principal: { Service: "lambda" } },
      "Principal.Service",
      "a service is named by its domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a service with something in front",
      { ...good, Principal: { Service: "*.amazonaws.com" } },
      "Principal.Service",
      "a service is named by its domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a service with something behind it",
      { ...good, Principal: { Service: "lambda.amazonaws.com/x" } },
      "Principal.Service",
      "a service is named by its domain.",
      'write a name such as "lambda.amazonaws.com".',
    ],
    [
      "a unique id with something in front",
      { ...good, Principal: { AWS: "xAIDAABCDEFGHIJKLMNOP" } },
      "Principal.AWS",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "a unique id with something behind it",
      { ...good, Principal: { AWS: "AIDAABCDEFGHIJKLMNOP:x" } },
      "Principal.AWS",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "an identity's ARN with something in front",
      { ...good, Principal: { AWS: `x${`arn:aws:iam::${account}:role/x`}` } },
      "Principal.AWS",
      "an AWS principal is an account or an identity in it.",
      "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
    ],
    [
      "an empty name",
      { ...good, Principal: { Federated: "" } },
      "Principal.Federated",
      "a principal's name is not empty.",
      "write the name, or leave the entry out.",
    ],
    [
      "an empty NotPrincipal",
      { Effect: "Deny", Action: "ecr:PutImage", NotPrincipal: {} },
      "NotPrincipal",
      'a principal is "*" or names by kind.',
      'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
    ],
    [
      "no service in an action",
      { ...good, Action: "PutImage" },
      "Action",
      "an action is a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "an action with something in front",
      { ...good, Action: "the ecr:PutImage" },
      "Action",
      "an action is a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "an action with something behind it",
      { ...good, Action: "ecr:PutImage now" },
      "Action",
      "an action is a service and a name.",
      'write "ecr:<action>".',
    ],
    [
      "no resource at all",
      { ...good, Resource: [] },
      "Resource",
      "resources are a text or a list of texts.",
      "write at least one.",
      "registry",
    ],
    [
      "another service's action",
      { ...good, Action: ["s3:GetObject"] },
      "Action[0]",
      "this policy grants actions of ecr only.",
      'write "ecr:GetObject", or leave it out.',
    ],
    [
      "ECR Public's action",
      { ...good, Action: "ecr-public:PutImage" },
      "Action",
      "this policy grants actions of ecr only.",
      'write "ecr:PutImage", or leave it out.',
    ],
    [
      "a misspelt action",
      { ...good, Action: "ecr:BatchGetImgae" },
      "Action",
      'ecr has no action "BatchGetImgae".',
      'write "ecr:BatchGetImage".',
    ],
    [
      "an empty list of actions",
      { ...good, Action: [] },
      "Action",
      "actions are a text or a list of texts.",
      "write at least one.",
    ],
    [
      "a NotAction that is null",
      { Effect: "Deny", Principal: "*", NotAction: null },
      "NotAction",
      "actions are a text or a list of texts.",
      "write at least one.",
    ],
    [
      "a resource",
      { ...good, Resource: "*" },
      "Resource",
      "a repository's policy takes no resource: it is about the repository that it belongs to.",
      "leave it out.",
    ],
    [
      "a resource left out",
      { ...good, NotResource: "*" },
      "NotResource",
      "a repository's policy takes no resource: it is about the repository that it belongs to.",
      "leave it out.",
    ],
    [
      "ECR's action in public",
      { ...good, Action: "ecr:PutImage" },
      "Action",
      "this policy grants actions of ecr-public only.",
      'write "ecr-public:PutImage", or leave it out.',
      "publicRepository",
    ],
    [
      "a resource in public",
      { ...good, Action: "ecr-public:PutImage", Resource: "*" },
      "Resource",
      "a repository's policy takes no resource: it is about the repository that it belongs to.",
      "leave it out.",
      "publicRepository",
    ],
    [
      "a misspelt public action",
      { ...good, Action: "ecr-public:PutImages" },
      "Action",
      'ecr-public has no action "PutImages".',
      'write "ecr-public:PutImage".',
      "publicRepository",
    ],
    [
      "no resource in a registry's policy",
      good,
      "Resource",
      "a statement of this policy has either Resource or NotResource.",
      "write ARNs of repositories of this registry.",
      "registry",
    ],
    [
      "no resource in a key policy",
      { ...good, Action: "kms:Decrypt" },
      "Resource",
      "a statement of this policy has either Resource or NotResource.",
      'write "*", which means this key.',
      "key",
    ],
    [
      "both resources",
      { ...good, Action: "kms:*", Resource: "*", NotResource: "*" },
      "Resource",
      "a statement of this policy has either Resource or NotResource.",
      'write "*", which means this key.',
      "key",
    ],
    [
      "a resource that is no ARN",
      { ...good, Resource: ["*", "petclinic"] },
      "Resource[1]",
      'a resource is an ARN or "*".',
      "write the ARN.",
      "registry",
    ],
    [
      "a condition that is text",
      { ...good, Condition: "none" },
      "Condition",
      "a condition is operators, each with keys and their values.",
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
      "an operator that is text",
      { ...good, Condition: { Bool: "x" } },
      "Condition.Bool",
      "a condition is operators, each with keys and their values.",
      'write { StringEquals: { "aws:PrincipalOrgID": "o-…" } }.',
    ],
    [
      "a condition value that is an object",
      { ...good, Condition: { Bool: { "aws:SecureTransport": {} } } },
      "Condition.Bool.aws:SecureTransport",
      "a condition's value is text, a number or a boolean, or a list of these.",
      "write the value as text.",
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
