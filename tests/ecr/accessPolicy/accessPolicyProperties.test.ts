import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accessGrantsFaults,
  accessPolicyFaults,
  type PolicyKind,
  publicStatements,
  readAccessPolicy,
  repositoryPolicyFromGrants,
  statementGrants,
  wildcardActionStatements,
} from "../../../ecr/accessPolicy";

const kinds = fc.constantFrom<PolicyKind>("repository", "registry", "publicRepository", "key");
const account = "123456789012";

/** Values close to those of a policy: valid, invalid, and any JSON. */
const names = fc.oneof(
  fc.constantFrom("*", account, `arn:aws:iam::${account}:root`, `arn:aws:iam::*:role/x`, "lambda.amazonaws.com", ""),
  fc.string(),
);
const oneOrMore = fc.oneof(names, fc.array(names, { maxLength: 3 }), fc.jsonValue());
const principal = fc.oneof(
  oneOrMore,
  fc.dictionary(fc.constantFrom("AWS", "Service", "Federated", "CanonicalUser", "Other"), oneOrMore),
);
const condition = fc.dictionary(
  fc.constantFrom(
    "StringEquals",
    "StringLike",
    "ArnLike",
    "ForAllValues:StringEquals",
    "StringNotEquals",
    "Null",
    "Is",
  ),
  fc.oneof(
    fc.dictionary(fc.constantFrom("aws:PrincipalOrgID", "aws:SourceArn", "aws:PrincipalAccount", "x:y"), oneOrMore),
    fc.jsonValue(),
  ),
);
const statement = fc.record(
  {
    Sid: fc.oneof(fc.string(), fc.jsonValue()),
    Effect: fc.oneof(fc.constantFrom("Allow", "Deny"), fc.jsonValue()),
    Principal: principal,
    NotPrincipal: principal,
    Action: fc.oneof(fc.constantFrom("ecr:PutImage", "ecr:*", "kms:Decrypt"), oneOrMore),
    NotAction: oneOrMore,
    Resource: oneOrMore,
    Condition: fc.oneof(condition, fc.jsonValue()),
  },
  { requiredKeys: [] },
);
/** Those above can hardly ever be read. These always can, whomever they let in. */
const texts = fc.oneof(names, fc.array(names, { maxLength: 3 }));
const readablePrincipal = fc.oneof(texts, fc.dictionary(fc.constantFrom("AWS", "Service", "Federated"), texts));
const readableStatement = fc.record(
  {
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    Principal: readablePrincipal,
    NotPrincipal: readablePrincipal,
    Action: fc.oneof(fc.constantFrom("ecr:PutImage", "ecr:*"), texts),
    NotAction: texts,
    Condition: fc.dictionary(
      fc.constantFrom("StringEquals", "StringLike", "ArnLike", "ForAllValues:StringEquals", "StringNotEquals"),
      fc.dictionary(
        fc.constantFrom("aws:PrincipalOrgID", "aws:SourceArn", "aws:PrincipalAccount", "x:y"),
        fc.oneof(fc.constantFrom(account, "o-a1b2c3d4e5", `arn:aws:s3:::${account}:x`), texts),
      ),
    ),
  },
  { requiredKeys: ["Effect"] },
);
const readable = fc.record({ Statement: fc.oneof(readableStatement, fc.array(readableStatement, { minLength: 1 })) });
const policies = fc.oneof(
  readable,
  fc.record(
    {
      Version: fc.oneof(fc.constantFrom("2012-10-17", "2008-10-17"), fc.jsonValue()),
      Id: fc.oneof(fc.string(), fc.jsonValue()),
      Statement: fc.oneof(statement, fc.array(statement, { maxLength: 3 }), fc.jsonValue()),
    },
    { requiredKeys: ["Statement"] },
  ),
  fc.jsonValue(),
  fc.anything(),
);

describe("access policies with any content", () => {
  const runs = { numRuns: 300, seed: 7 };

  it("are validated without throwing, as objects and as strings", () => {
    fc.assert(
      fc.property(policies, kinds, (policy, kind) => {
        for (const fault of accessPolicyFaults(policy, "policy", kind)) {
          assert.ok(fault.path.startsWith("policy") && fault.rule.endsWith(".") && fault.fix.endsWith("."));
        }
        accessPolicyFaults(typeof policy === "string" ? policy : String(JSON.stringify(toJson(policy))), "", kind);
      }),
      runs,
    );
  });

  it("can be read when they have no faults, and are the same when read again", () => {
    let read = 0;
    fc.assert(
      fc.property(policies, kinds, (policy, kind) => {
        const document = readAccessPolicy(policy);
        if (document === undefined) {
          assert.notDeepEqual(accessPolicyFaults(policy, "", kind), []);
          return;
        }
        read += 1;
        assert.deepEqual(readAccessPolicy(document), document);
        assert.deepEqual(readAccessPolicy(JSON.stringify(document)), document);
      }),
      runs,
    );
    assert.ok(read > 50, String(read));
  });

  it("are public exactly when they let anyone in", () => {
    const seen = { open: 0, closed: 0 };
    fc.assert(
      fc.property(policies, (policy) => {
        const document = readAccessPolicy(policy);
        if (document === undefined) return;
        const open = statementGrants(document).filter(({ principals }) =>
          principals.some(({ kind }) => kind === "anyone"),
        );
        assert.deepEqual(
          publicStatements(document).map(({ index }) => index),
          open.map((each) => each.statement),
        );
        const allowed = statementGrants(document).map((each) => each.statement);
        for (const { index } of wildcardActionStatements(document)) assert.ok(allowed.includes(index));
        seen.open += open.length;
        seen.closed += allowed.length - open.length;
      }),
      runs,
    );
    assert.ok(seen.open > 30 && seen.closed > 30, JSON.stringify(seen));
  });
});

describe("policies made from any grants", () => {
  const digits = (length: number) =>
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length });
  const word = (minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789"), minLength, maxLength });
  const identity = fc
    .tuple(digits(12), fc.constantFrom("role", "user"), word(1, 12), fc.constantFrom("", "*", "-*", "/deploy"))
    .map(([owner, type, name, end]) => `arn:aws:iam::${owner}:${type}/${name}${end}`);
  const unit = fc
    .tuple(
      word(10, 32),
      word(4, 8),
      fc.array(fc.tuple(word(4, 6), word(8, 12)), { maxLength: 3 }),
      fc.constantFrom("", "/", "/*"),
    )
    .map(([id, root, units, end]) => `o-${id}/r-${root}${units.map(([a, b]) => `/ou-${a}-${b}`).join("")}${end}`);
  const grantees = fc.array(
    fc.oneof(
      digits(12),
      identity,
      word(10, 32).map((id) => `o-${id}`),
      unit,
    ),
    { maxLength: 12 },
  );
  const functions = fc.oneof(
    digits(12),
    fc.tuple(digits(12), word(1, 9)).map(([owner, name]) => `arn:aws:lambda:eu-west-1:${owner}:function:${name}*`),
  );
  const grants = fc.record(
    { pullFrom: grantees, pushFrom: grantees, lambdaPull: fc.array(functions, { maxLength: 6 }) },
    { requiredKeys: [] },
  );

  it("have no faults, are never public, use no wildcard actions and do not depend on the order of names", () => {
    fc.assert(
      fc.property(grants, fc.constantFrom("eu-west-1", undefined), (given, region) => {
        assert.deepEqual(accessGrantsFaults(given, "access", region), []);
        const policy = repositoryPolicyFromGrants(given, region);
        const named = Object.values(given).flat().length > 0;
        assert.equal(policy !== undefined, named);
        if (policy === undefined) return;
        assert.deepEqual(accessPolicyFaults(policy, "", "repository"), []);
        assert.deepEqual(accessPolicyFaults(JSON.stringify(policy), "", "repository"), []);
        assert.deepEqual(publicStatements(policy), []);
        assert.deepEqual(wildcardActionStatements(policy), []);
        const turned = Object.fromEntries(Object.entries(given).map(([key, names]) => [key, [...names].reverse()]));
        assert.deepEqual(repositoryPolicyFromGrants(turned, region), policy);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

/** The part of a value that JSON can represent. */
function toJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch {
    return null;
  }
}
