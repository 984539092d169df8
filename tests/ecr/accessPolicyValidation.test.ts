import assert from "node:assert/strict";
import { accessPolicyFaults, actionMatches, type PolicyKind } from "../../ecr/accessPolicy";

const account = "123456789012";
const good = { Effect: "Allow", Principal: { AWS: account }, Action: "ecr:BatchGetImage" };

const faults = (policy: unknown, kind: PolicyKind = "repository", path = "policy") =>
  accessPolicyFaults(policy, path, kind);
/** Paths of the faults of a policy with this one statement. */
const pathsOf = (statement: unknown, kind: PolicyKind = "repository") =>
  faults({ Version: "2012-10-17", Statement: [statement] }, kind).map(({ path }) => path);

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
    ["key", { ...good, Action: "kms:Decrypt", NotResource: "arn:aws:kms:eu-west-1:1:key/1" }],
  ] as const) {
    it(`takes for a ${kind}: ${JSON.stringify(statement).slice(0, 90)}`, () => {
      assert.deepEqual(faults({ Version: "2012-10-17", Statement: [statement] }, kind), []);
      assert.deepEqual(faults(JSON.stringify({ Version: "2008-10-17", Id: "x", Statement: statement }), kind), []);
    });
  }

  for (const [what, statement, path, kind] of [
    ["a statement that is text", "Allow", "policy.Statement[0]", "repository"],
    ["an unknown key", { ...good, Actions: "x" }, "policy.Statement[0].Actions", "repository"],
    ["a Sid that is a number", { ...good, Sid: 1 }, "policy.Statement[0].Sid", "repository"],
    ["an effect in lower case", { ...good, Effect: "allow" }, "policy.Statement[0].Effect", "repository"],
    ["no principal", { Effect: "Allow", Action: "ecr:PutImage" }, "policy.Statement[0].Principal", "repository"],
    ["both principals", { ...good, NotPrincipal: "*" }, "policy.Statement[0].Principal", "repository"],
    ["no action", { Effect: "Allow", Principal: "*" }, "policy.Statement[0].Action", "repository"],
    ["both actions", { ...good, NotAction: "ecr:PutImage" }, "policy.Statement[0].Action", "repository"],
    ["a bare account as principal", { ...good, Principal: account }, "policy.Statement[0].Principal", "repository"],
    ["an empty principal", { ...good, Principal: {} }, "policy.Statement[0].Principal", "repository"],
    [
      "an unknown kind of principal",
      { ...good, Principal: { Aws: "*" } },
      "policy.Statement[0].Principal.Aws",
      "repository",
    ],
    ["no name", { ...good, Principal: { AWS: [] } }, "policy.Statement[0].Principal.AWS", "repository"],
    ["a name that is a number", { ...good, Principal: { AWS: 1 } }, "policy.Statement[0].Principal.AWS", "repository"],
    [
      "11 digits",
      { ...good, Principal: { AWS: ["12345678901"] } },
      "policy.Statement[0].Principal.AWS[0]",
      "repository",
    ],
    [
      "a wildcard in an ARN",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:role/*` } },
      "policy.Statement[0].Principal.AWS",
      "repository",
    ],
    [
      "the ARN of a policy",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:policy/x` } },
      "policy.Statement[0].Principal.AWS",
      "repository",
    ],
    [
      "something behind root",
      { ...good, Principal: { AWS: `arn:aws:iam::${account}:root/x` } },
      "policy.Statement[0].Principal.AWS",
      "repository",
    ],
    [
      "a service without domain",
      { ...good, Principal: { Service: "lambda" } },
      "policy.Statement[0].Principal.Service",
      "repository",
    ],
    [
      "an empty name",
      { ...good, Principal: { Federated: "" } },
      "policy.Statement[0].Principal.Federated",
      "repository",
    ],
    [
      "an empty NotPrincipal",
      { Effect: "Deny", Action: "ecr:PutImage", NotPrincipal: {} },
      "policy.Statement[0].NotPrincipal",
      "repository",
    ],
    ["no service in an action", { ...good, Action: "PutImage" }, "policy.Statement[0].Action", "repository"],
    ["another service's action", { ...good, Action: ["s3:GetObject"] }, "policy.Statement[0].Action[0]", "repository"],
    ["ECR Public's action", { ...good, Action: "ecr-public:PutImage" }, "policy.Statement[0].Action", "repository"],
    ["a misspelt action", { ...good, Action: "ecr:BatchGetImgae" }, "policy.Statement[0].Action", "repository"],
    ["an empty list of actions", { ...good, Action: [] }, "policy.Statement[0].Action", "repository"],
    [
      "a NotAction that is null",
      { Effect: "Deny", Principal: "*", NotAction: null },
      "policy.Statement[0].NotAction",
      "repository",
    ],
    ["a resource", { ...good, Resource: "*" }, "policy.Statement[0].Resource", "repository"],
    ["a resource left out", { ...good, NotResource: "*" }, "policy.Statement[0].NotResource", "repository"],
    ["ECR's action in public", { ...good, Action: "ecr:PutImage" }, "policy.Statement[0].Action", "publicRepository"],
    [
      "a resource in public",
      { ...good, Action: "ecr-public:PutImage", Resource: "*" },
      "policy.Statement[0].Resource",
      "publicRepository",
    ],
    [
      "a misspelt public action",
      { ...good, Action: "ecr-public:PutImages" },
      "policy.Statement[0].Action",
      "publicRepository",
    ],
    ["no resource in a registry's policy", good, "policy.Statement[0].Resource", "registry"],
    ["no resource in a key policy", { ...good, Action: "kms:Decrypt" }, "policy.Statement[0].Resource", "key"],
    [
      "both resources",
      { ...good, Action: "kms:*", Resource: "*", NotResource: "*" },
      "policy.Statement[0].Resource",
      "key",
    ],
    [
      "a resource that is no ARN",
      { ...good, Resource: ["*", "petclinic"] },
      "policy.Statement[0].Resource[1]",
      "registry",
    ],
    ["a condition that is text", { ...good, Condition: "none" }, "policy.Statement[0].Condition", "repository"],
    [
      "an unknown operator",
      { ...good, Condition: { StringSame: {} } },
      "policy.Statement[0].Condition.StringSame",
      "repository",
    ],
    [
      "NullIfExists",
      { ...good, Condition: { NullIfExists: {} } },
      "policy.Statement[0].Condition.NullIfExists",
      "repository",
    ],
    [
      "an operator that is text",
      { ...good, Condition: { Bool: "x" } },
      "policy.Statement[0].Condition.Bool",
      "repository",
    ],
    [
      "a condition value that is an object",
      { ...good, Condition: { Bool: { "aws:SecureTransport": {} } } },
      "policy.Statement[0].Condition.Bool.aws:SecureTransport",
      "repository",
    ],
  ] as const) {
    it(`refuses ${what}`, () => assert.deepEqual(pathsOf(statement, kind), [path]));
  }

  it("finds faults of the document, all at once", () => {
    const policy = {
      Version: "2020",
      Id: 1,
      Statements: [],
      Statement: [
        { ...good, Sid: "a" },
        { ...good, Sid: "a" },
      ],
    };
    assert.deepEqual(
      faults(policy).map(({ path, value }) => [path, value]),
      [
        ["policy.Statements", []],
        ["policy.Version", "2020"],
        ["policy.Id", 1],
        ["policy.Statement[1].Sid", "a"],
      ],
    );
  });

  it("takes empty Sids for none", () => {
    assert.deepEqual(
      faults({
        Statement: [
          { ...good, Sid: "" },
          { ...good, Sid: "" },
        ],
      }),
      [],
    );
  });

  it("refuses a policy without statements, and what is no document", () => {
    for (const policy of [{}, { Statement: [] }, { Statement: null }]) {
      assert.deepEqual(
        faults(policy).map(({ path }) => path),
        ["policy.Statement"],
      );
    }
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const policy of ["no JSON", "1", [], null, undefined, 1, cycle, () => 1]) {
      const found = faults(policy);
      assert.equal(found.length, 1);
      assert.equal(found[0]?.path, "policy");
      assert.match(found[0]?.rule ?? "", /^a repository policy is a JSON document/);
    }
  });

  it("writes paths without a prefix, and without an index for a statement alone", () => {
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
    it(`takes ${maximum} characters for a ${kind}, not one more, as text and as object`, () => {
      const service = { repository: "ecr", registry: "ecr", publicRepository: "ecr-public", key: "kms" }[kind];
      const resource = kind === "key" || kind === "registry" ? { Resource: "*" } : {};
      const document = (Id: string) => ({
        Id,
        Statement: { Effect: "Allow", Principal: "*", Action: `${service}:*`, ...resource },
      });
      const exact = document("x".repeat(maximum - JSON.stringify(document("")).length));
      const over = document(`${exact.Id}x`);
      for (const form of [exact, JSON.stringify(exact)]) assert.deepEqual(faults(form, kind), []);
      for (const form of [over, JSON.stringify(over)]) {
        const [fault, ...more] = faults(form, kind);
        assert.deepEqual(more, []);
        assert.match(fault?.rule ?? "", new RegExp(`at most ${maximum.toLocaleString("en")} characters, this one has`));
      }
    });
  }

  it("says what to write instead", () => {
    const fixOf = (statement: object, kind: PolicyKind = "repository") =>
      faults({ Statement: [{ ...good, ...statement }] }, kind)[0]?.fix;
    assert.equal(fixOf({ effect: "Allow" }), 'write "Effect".');
    assert.equal(fixOf({ Action: "ecr:batchgetimgae" }), 'write "ecr:BatchGetImage".');
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
    it(`${pattern} ${matches ? "is" : "is not"} for ${action}`, () =>
      assert.equal(actionMatches(pattern, action), matches));
  }
});
