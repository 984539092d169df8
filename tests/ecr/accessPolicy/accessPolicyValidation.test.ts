import assert from "node:assert/strict";
import { accessPolicyFaults, actionMatches, type PolicyKind } from "../../../ecr/accessPolicy";

const account = "123456789012";
const good = { Effect: "Allow", Principal: { AWS: account }, Action: "ecr:BatchGetImage" };

const faults = (policy: unknown, kind: PolicyKind = "repository", path = "policy") =>
  accessPolicyFaults(policy, path, kind);

describe("accessPolicyFaults", () => {
  for (const [kind, statement] of [
    ["repository", good],
    ["repository", { ...good, Action: ["*", "ecr:*", "ecr:Get*", "ECR:batchgetimage", "ecr:SomethingThatIsNew"] }],
    ["repository", { ...good, Principal: "*", Sid: "new statement" }],
    ["repository", { Effect: "Deny", NotPrincipal: { AWS: "*" }, NotAction: ["ecr:PutImage"] }],
    [
      "repository",
      {
        ...good,
        Principal: {
          AWS: [
            "*",
            account,
            `arn:aws:iam::${account}:root`,
            `arn:aws-cn:iam::${account}:user/path/deploy`,
            `arn:aws:sts::${account}:assumed-role/deploy/session`,
            `arn:aws:sts::${account}:federated-user/someone`,
            "AIDAABCDEFGHIJKLMNOP",
          ],
          Service: ["lambda.amazonaws.com", "ecs.cn-north-1.amazonaws.com.cn"],
          Federated: "cognito-identity.amazonaws.com",
          CanonicalUser: "abc",
        },
      },
    ],
    [
      "repository",
      {
        ...good,
        Condition: {
          "ForAnyValue:StringLikeIfExists": { "aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/*"] },
          Bool: { "aws:SecureTransport": true },
          NumericLessThan: { "aws:MultiFactorAuthAge": 3600 },
          Null: { "aws:SourceArn": "false" },
        },
      },
    ],
    ["registry", { ...good, Action: "ecr:ReplicateImage", Resource: `arn:aws:ecr:eu-west-1:${account}:repository/*` }],
    ["publicRepository", { ...good, Action: "ecr-public:PutImage" }],
    ["key", { ...good, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*" }],
    // Not all KMS actions are listed, and a name that differs in three letters is not treated as a typo.
    ["key", { ...good, Action: ["kms:PutImages", "kms:BatchGetImgae"], Resource: "*" }],
    ["repository", { ...good, Action: ["ecr:Image", "ecr:PutImageXYZ", "ecr:XYZPutImage", "ecr:PutAbcImage"] }],
    ["key", { ...good, Action: "kms:Decrypt", NotResource: "arn:aws:kms:eu-west-1:1:key/1" }],
  ] as const) {
    it(`accepts for a ${kind}: ${JSON.stringify(statement).slice(0, 90)}`, () => {
      assert.deepEqual(faults({ Version: "2012-10-17", Statement: [statement] }, kind), []);
      assert.deepEqual(faults(JSON.stringify({ Version: "2008-10-17", Id: "x", Statement: statement }), kind), []);
    });
  }

  it("reports all faults of the document at once", () => {
    const policy = {
      Version: "2020",
      Id: 1,
      Statements: [],
      Statement: [good],
    };
    assert.deepEqual(faults(policy), [
      {
        path: "policy.Statements",
        value: [],
        rule: 'a policy document has no element "Statements".',
        fix: "leave it out. Allowed: Version, Id, Statement.",
      },
      {
        path: "policy.Version",
        value: "2020",
        rule: "Version must be the version of the policy language, not of the document.",
        fix: 'write "2012-10-17".',
      },
      { path: "policy.Id", value: 1, rule: "Id must be a string.", fix: "write a string, or leave it out." },
    ]);
  });

  it("accepts an empty Sid and, as ECR does, one that several statements share", () => {
    for (const Sid of ["a", ""]) {
      const Statement = [
        { ...good, Sid },
        { ...good, Sid },
      ];
      assert.deepEqual(faults({ Statement }), []);
    }
  });

  it("refuses a policy without statements, and values that are not policy documents", () => {
    for (const policy of [{}, { Statement: [] }, { Statement: null }]) {
      assert.deepEqual(faults(policy), [
        {
          path: "policy.Statement",
          value: (policy as { Statement?: unknown }).Statement,
          rule: "a policy must have at least one statement.",
          fix: "add a statement; to grant access to nobody else, leave the policy out.",
        },
      ]);
    }
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const policy of ["no JSON", "1", [], null, undefined, 1, cycle, () => 1]) {
      const found = faults(policy);
      assert.equal(found.length, 1);
      assert.equal(found[0]?.path, "policy");
      assert.equal(found[0]?.rule, "a repository policy must be a JSON document with `Version` and `Statement`.");
      assert.equal(found[0]?.fix, 'write {"Version":"2012-10-17","Statement":[…]}.');
    }
    for (const [kind, name] of [
      ["registry", "a registry policy"],
      ["publicRepository", "a public repository's policy"],
      ["key", "a key policy"],
    ] as const) {
      assert.match(faults("x", kind)[0]?.rule ?? "", new RegExp(`^${name} must be a JSON document`));
    }
  });

  it("omits the prefix of a path when empty, and the index of a single statement", () => {
    assert.deepEqual(
      faults({ Statement: { ...good, Effect: "x" } }, "repository", "").map(({ path }) => path),
      ["Statement.Effect"],
    );
    assert.equal(faults("x", "key", "")[0]?.path, "policy");
  });

  for (const [kind, maximum] of [
    ["repository", 10_240],
    ["publicRepository", 10_240],
    ["registry", 10_240],
    ["key", 32_768],
  ] as const) {
    it(`accepts at most ${maximum} ${kind === "key" ? "bytes" : "characters"} for a ${kind}, in any form`, () => {
      const service = { repository: "ecr", registry: "ecr", publicRepository: "ecr-public", key: "kms" }[kind];
      const resource = kind === "key" || kind === "registry" ? { Resource: "*" } : {};
      const document = (Id: string) => ({
        Id,
        Statement: { Effect: "Allow", Principal: "*", Action: `${service}:*`, ...resource },
      });
      const rest = maximum - JSON.stringify(document("")).length;
      // A character outside the Basic Multilingual Plane is one character, two UTF-16 code units and four bytes.
      const exact = document(kind === "key" ? `${"x".repeat(rest - 4)}🐶` : `${"x".repeat(rest - 1)}🐶`);
      const over = document(`${exact.Id}x`);
      // Only what is sent counts, not the whitespace of the source.
      for (const form of [exact, JSON.stringify(exact), JSON.stringify(exact, null, 2)]) {
        assert.deepEqual(faults(form, kind), []);
      }
      for (const form of [over, JSON.stringify(over)]) {
        const [fault, ...more] = faults(form, kind);
        assert.deepEqual(more, []);
        assert.match(
          fault?.rule ?? "",
          new RegExp(`at most ${maximum.toLocaleString("en")} (?:characters|bytes); this one has`),
        );
        assert.match(fault?.fix ?? "", /^merge principals that share a grant into one statement, or .*condition\.$/);
      }
    });
  }

  it("suggests what to write instead", () => {
    const fixOf = (statement: object, kind: PolicyKind = "repository") =>
      faults({ Statement: [{ ...good, ...statement }] }, kind)[0]?.fix;
    assert.equal(fixOf({ effect: "Allow" }), 'write "Effect".');
    assert.equal(fixOf({ Action: "ecr:batchgetimgae" }), 'write "ecr:BatchGetImage".');
    for (const near of ["tImage", "PutIma", "PutImageXY", "XYPutImage", "PutABImage", "PatImagg"]) {
      assert.equal(fixOf({ Action: `ecr:${near}` }), 'write "ecr:PutImage".', near);
    }
    assert.equal(fixOf({ Action: "s3:PutImage" }), 'write "ecr:PutImage", or leave it out.');
    assert.equal(fixOf({ Action: "PutImage" }), 'write "ecr:<action>".');
    assert.equal(fixOf({ NotAction: "ecr:PutImage" }), "leave NotAction out.");
    assert.equal(fixOf({ Action: undefined }), "add Action.");
    assert.equal(fixOf({ Action: "kms:Decrypt" }, "key"), 'write "*", which means this key.');
    assert.equal(fixOf({}, "registry"), "write ARNs of repositories of this registry.");
  });
});

describe("actionMatches", () => {
  for (const [pattern, action, matches] of [
    ["ecr:PutImage", "ecr:PutImage", true],
    ["ECR:putimage", "ecr:PutImage", true],
    ["*", "ecr:PutImage", true],
    ["ecr:Put*", "ecr:PutImage", true],
    ["ecr:Put????e", "ecr:PutImage", true],
    ["ecr:Put???e", "ecr:PutImage", false],
    ["ecr:Get*", "ecr:PutImage", false],
    ["ecr-public:*", "ecr:PutImage", false],
  ] as const) {
    it(`${pattern} ${matches ? "is" : "is not"} a match for ${action}`, () =>
      assert.equal(actionMatches(pattern, action), matches));
  }
});
