import assert from "node:assert/strict";
import {
  type AccessGrants,
  accessGrantsFaults,
  accessPolicyFaults,
  publicAccessGrantsFaults,
  publicRepositoryPolicyFromGrants,
  publicStatements,
  repositoryKeyPolicy,
  repositoryPolicyFromGrants,
  statementGrants,
} from "../../../ecr/accessPolicy";

const account = "123456789012";
const other = "210987654321";
const role = `arn:aws:iam::${account}:role/ecs/execution`;
const user = `arn:aws:iam::${other}:user/ci`;
const organization = "o-a1b2c3d4e5";
const unit = `${organization}/r-ab12/ou-ab12-11111111`;

const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const upload = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"];
const fetchImage = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

describe("repositoryPolicyFromGrants", () => {
  it("writes one statement for each kind of grantee, sorted and without duplicates", () => {
    const pattern = `arn:aws:iam::${other}:role/eks-node-*`;
    const names = [
      user,
      unit,
      role,
      organization,
      account,
      pattern,
      `arn:aws:iam::${account}:root`,
      `${unit}/*`,
      `${unit}/`,
    ];
    const expected = [
      { Sid: "Pull", Effect: "Allow", Principal: { AWS: [account, role, user] }, Action: pull },
      {
        Sid: "PullByName",
        Effect: "Allow",
        Principal: { AWS: [other] },
        Condition: { ArnLike: { "aws:PrincipalArn": [pattern] } },
        Action: pull,
      },
      {
        Sid: "PullByOrganization",
        Effect: "Allow",
        Principal: "*",
        Condition: { StringEquals: { "aws:PrincipalOrgID": [organization] } },
        Action: pull,
      },
      {
        Sid: "PullByOrganizationalUnit",
        Effect: "Allow",
        Principal: "*",
        Condition: { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": [`${unit}/*`] } },
        Action: pull,
      },
    ];
    for (const pullFrom of [names, [...names].reverse()]) {
      assert.deepEqual(repositoryPolicyFromGrants({ pullFrom }), { Version: "2012-10-17", Statement: expected });
    }
  });

  it("lets grantees that push also pull, and nothing more", () => {
    assert.deepEqual(repositoryPolicyFromGrants({ pushFrom: [role] })?.Statement, [
      { Sid: "Push", Effect: "Allow", Principal: { AWS: [role] }, Action: [...pull, ...upload] },
    ]);
  });

  it("lets Lambda fetch images for functions, and the functions' accounts create them", () => {
    const named = `arn:aws:lambda:eu-west-1:${other}:function:resize`;
    assert.deepEqual(repositoryPolicyFromGrants({ lambdaPull: [named, account] }, "eu-west-1")?.Statement, [
      {
        Sid: "LambdaPull",
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: fetchImage,
        Condition: { ArnLike: { "aws:SourceArn": [`arn:aws:lambda:eu-west-1:${account}:function:*`, named] } },
      },
      { Sid: "LambdaCreate", Effect: "Allow", Principal: { AWS: [account, other] }, Action: fetchImage },
    ]);
  });

  for (const [region, arn] of [
    [undefined, `arn:*:lambda:*:${account}:function:*`],
    ["cn-north-1", `arn:aws-cn:lambda:cn-north-1:${account}:function:*`],
    ["us-gov-west-1", `arn:aws-us-gov:lambda:us-gov-west-1:${account}:function:*`],
  ] as const) {
    it(`covers an account's functions in ${region ?? "any region"}`, () => {
      const [statement] = repositoryPolicyFromGrants({ lambdaPull: [account] }, region)?.Statement ?? [];
      assert.deepEqual(statement?.Condition, { ArnLike: { "aws:SourceArn": [arn] } });
    });
  }

  it("puts additional statements last, unchanged", () => {
    const deny = { Effect: "Deny", Principal: "*", Action: "ecr:BatchDeleteImage" } as const;
    const policy = repositoryPolicyFromGrants({ pullFrom: [account], statements: [deny] });
    assert.deepEqual(policy?.Statement[1], deny);
    assert.deepEqual(repositoryPolicyFromGrants({ statements: [deny] })?.Statement, [deny]);
  });

  it("creates no policy when nobody is named", () => {
    assert.equal(repositoryPolicyFromGrants({}), undefined);
    assert.equal(repositoryPolicyFromGrants({ pullFrom: [], pushFrom: [], lambdaPull: [], statements: [] }), undefined);
  });
});

describe("publicRepositoryPolicyFromGrants", () => {
  it("lets grantees push, with ECR Public's actions", () => {
    assert.deepEqual(publicRepositoryPolicyFromGrants({ pushFrom: [role] }), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Push",
          Effect: "Allow",
          Principal: { AWS: [role] },
          Action: [
            "ecr-public:BatchCheckLayerAvailability",
            "ecr-public:CompleteLayerUpload",
            "ecr-public:InitiateLayerUpload",
            "ecr-public:PutImage",
            "ecr-public:UploadLayerPart",
          ],
        },
      ],
    });
    assert.equal(publicRepositoryPolicyFromGrants({}), undefined);
  });

  it("is validated against ECR Public", () => {
    assert.deepEqual(publicAccessGrantsFaults({ pushFrom: [role] }, "access"), []);
    const statement = { Effect: "Allow", Principal: "*", Action: "ecr:PutImage" } as const;
    const paths = (path: string) =>
      publicAccessGrantsFaults({ pushFrom: ["everyone"], statements: [statement] }, path).map((fault) => fault.path);
    assert.deepEqual(paths("access"), ["access.pushFrom[0]", "access.statements[0].Action"]);
    assert.deepEqual(paths(""), ["pushFrom[0]", "statements[0].Action"]);
  });
});

describe("accessGrantsFaults", () => {
  const pathsOf = (grants: object, region?: string) =>
    accessGrantsFaults(grants as AccessGrants, "access", region).map(({ path }) => path);

  for (const name of [
    account,
    role,
    user,
    `arn:aws-us-gov:iam::${account}:role/a`,
    `arn:aws:iam::${account}:root`,
    `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*`,
    organization,
    unit,
    `${organization}/r-ab12`,
    `${unit}/ou-ab12-22222222/*`,
  ]) {
    it(`accepts ${name}`, () => assert.deepEqual(pathsOf({ pullFrom: [name], pushFrom: [name] }), []));
  }

  for (const name of [
    "*",
    "",
    "12345678901",
    "everyone",
    "o-*",
    "o-short",
    `${organization}/ou-ab12-11111111`,
    `${unit}-*`,
    `${unit}/*/x`,
    "lambda.amazonaws.com",
    "arn:aws:iam::*:role/x",
    `arn:aws:iam::${account}:role/`,
    `arn:aws:iam::${account}:group/x`,
    `arn:aws:iam::${account}:root/x`,
    `arn:aws:sts::${account}:assumed-role/x/y`,
    210987654321,
    null,
  ]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      assert.deepEqual(pathsOf({ pullFrom: [name], pushFrom: [account, name] }), [
        "access.pullFrom[0]",
        "access.pushFrom[1]",
      ]);
      if (typeof name !== "string" || name === "lambda.amazonaws.com") return;
      const [fault] = accessGrantsFaults({ pullFrom: [name] }, "access");
      assert.equal(fault?.rule, "must be an account, a role, a user, an organization or an organizational unit.");
      assert.match(
        fault?.fix ?? "",
        /^write 12 digits, arn:aws:iam::<account>:role\/<name>, o-<id>, or o-.*admit everyone\.$/,
      );
    });
  }

  for (const name of [
    account,
    `arn:aws:lambda:eu-west-1:${account}:function:resize`,
    `arn:aws:lambda:eu-west-1:${account}:function:resize-*`,
    `arn:aws:lambda:eu-west-1:${account}:function:resize:$LATEST`,
  ]) {
    it(`accepts ${name} for Lambda`, () => assert.deepEqual(pathsOf({ lambdaPull: [name] }, "eu-west-1"), []));
  }

  for (const name of [
    "*",
    role,
    organization,
    `arn:aws:lambda:*:${account}:function:x`,
    `arn:aws:lambda:eu-west-1:${account}:layer:x`,
    7,
  ]) {
    it(`refuses ${JSON.stringify(name)} for Lambda`, () =>
      assert.deepEqual(accessGrantsFaults({ lambdaPull: [name] } as AccessGrants, "access"), [
        {
          path: "access.lambdaPull[0]",
          value: name,
          ...(typeof name === "string"
            ? {
                rule: "must be an account or a Lambda function.",
                fix: "write 12 digits, or arn:aws:lambda:<region>:<account>:function:<name>.",
              }
            : { rule: "must be a string.", fix: "quote it: a number loses leading zeros." }),
        },
      ]));
  }

  it("refuses a function in a region other than the repository's, when that is known", () => {
    const grants = { lambdaPull: [`arn:aws:lambda:eu-west-1:${account}:function:x`] };
    assert.deepEqual(accessGrantsFaults(grants, "access", "eu-central-1"), [
      {
        path: "access.lambdaPull[0]",
        value: grants.lambdaPull[0],
        rule: "Lambda pulls images only from the function's own region: the function is in eu-west-1, the repository in eu-central-1.",
        fix: "name a function in eu-central-1, or replicate the repository to eu-west-1.",
      },
    ]);
    assert.deepEqual(pathsOf(grants), []);
  });

  it("refuses values that are not lists", () => {
    const grants = { pullFrom: account, pushFrom: { AWS: account }, lambdaPull: account, statements: {} };
    assert.deepEqual(
      accessGrantsFaults(grants as unknown as AccessGrants, "access").map(
        ({ path, rule, fix }) => `${path}: ${rule} ${fix}`,
      ),
      [
        "access.pullFrom: must be a list. write it in [ ].",
        "access.pushFrom: must be a list. write the names in [ ].",
        "access.lambdaPull: must be a list. write it in [ ].",
        "access.statements: must be a list of statements. write them in [ ].",
      ],
    );
  });

  it("reports additional statements by their path in the input", () => {
    const good = { Effect: "Allow", Principal: { AWS: account }, Action: "ecr:PutImage" };
    const statements = [good, { ...good, Resource: "*" }, { ...good, Sid: "Push" }, "none"];
    assert.deepEqual(pathsOf({ pullFrom: [account], pushFrom: [organization, role], statements }), [
      "access.statements[1].Resource",
      "access.statements[3]",
    ]);
    assert.deepEqual(
      accessGrantsFaults({ statements: [{ ...good, Effect: "x" }] } as unknown as AccessGrants, "")[0]?.path,
      "statements[0].Effect",
    );
  });

  it("refuses more names than fit in a policy", () => {
    const pullFrom = Array.from({ length: 800 }, (_, index) => String(100_000_000_000 + index));
    for (const [path, expected] of [
      ["access", "access"],
      ["", "policy"],
    ] as const) {
      const [fault, ...more] = accessGrantsFaults({ pullFrom }, path);
      assert.deepEqual(more, []);
      assert.equal(fault?.path, expected);
      assert.match(fault?.rule ?? "", /at most 10,240 characters/);
    }
  });

  it("says how to name services and how to fix unquoted numbers", () => {
    const [service, number] = accessGrantsFaults(
      { pullFrom: ["ecs.amazonaws.com", 7] } as unknown as AccessGrants,
      "access",
    );
    assert.equal(service?.fix, "services are named in lambdaPull or in statements.");
    assert.equal(number?.rule, "must be a string.");
    assert.equal(number?.fix, "quote it: a number loses leading zeros.");
    assert.equal(accessGrantsFaults({ pullFrom: ["AWS"] }, "")[0]?.path, "pullFrom[0]");
    assert.match(accessGrantsFaults({ pullFrom: ["AWS"] }, "")[0]?.fix ?? "", /^write 12 digits/);
  });
});

describe("publicAccessGrantsFaults", () => {
  const many = Array.from({ length: 800 }, (_, index) => String(100_000_000_000 + index));
  const check = (grants: unknown, path = "access") =>
    publicAccessGrantsFaults(grants as Parameters<typeof publicAccessGrantsFaults>[0], path);

  it("reports names, additional statements by their path in the input, and the policy as a whole", () => {
    assert.deepEqual(
      check({ pushFrom: [account, "x"], statements: ["none"] }).map(({ path }) => path),
      ["access.pushFrom[1]", "access.statements[0]"],
    );
    assert.deepEqual(
      check({ pushFrom: [account], statements: [{ Effect: "Allow" }] }, "").map(({ path }) => path),
      ["statements[0].Principal", "statements[0].Action"],
    );
    const statement = { Sid: "Push", Effect: "Allow", Principal: "*", Action: "ecr-public:PutImage" };
    assert.deepEqual(check({ pushFrom: [account], statements: [statement] }), [], "a Sid that is made as well");
    assert.match(check({ pushFrom: many })[0]?.rule ?? "", /at most 10,240 characters/);
    assert.deepEqual(check({}), []);
  });
});

describe("repositoryKeyPolicy", () => {
  it("is accepted by KMS, is not public and grants access to the account only", () => {
    const policy = repositoryKeyPolicy(account, "cn-north-1");
    assert.deepEqual(accessPolicyFaults(policy, "", "key"), []);
    assert.deepEqual(publicStatements(policy), []);
    assert.deepEqual(
      statementGrants(policy).map(({ principals }) => principals),
      [[{ kind: "account", account }], [{ kind: "account", account }]],
    );
    assert.deepEqual(
      policy.Statement.map(({ Sid }) => Sid),
      ["AdministrationByTheAccount", "UseThroughEcr"],
    );
    assert.deepEqual(policy.Statement[0]?.Principal, { AWS: `arn:aws-cn:iam::${account}:root` });
    assert.deepEqual(policy.Statement[1]?.Condition?.["StringLike"], { "kms:ViaService": "ecr.cn-north-1.*" });
  });
});
