import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRepositoryArn, repositoryArnFaults } from "../../../ecr/names/repositoryArns";
import {
  allowsOnlyPull,
  lambdaDeployPermissions,
  pullPermissionFaults,
  pullPermissions,
} from "../../../ecr/permissions/pullPermissions";
import { inlinePolicyMaximum, pushPermissionFaults, pushPermissions } from "../../../ecr/permissions/pushPermissions";

const pets = "arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic";
const vets = "arn:aws:ecr:ap-northeast-2:123456789012:repository/team/vets";
const open = "arn:aws:ecr-public::123456789012:repository/petclinic";

describe("repository ARNs", () => {
  it("are parsed, private and public, in each partition", () => {
    assert.deepEqual(parseRepositoryArn(vets), {
      kind: "private",
      partition: "aws",
      region: "ap-northeast-2",
      account: "123456789012",
      name: "team/vets",
    });
    assert.deepEqual(parseRepositoryArn(open), {
      kind: "public",
      partition: "aws",
      account: "123456789012",
      name: "petclinic",
    });
    assert.equal(
      parseRepositoryArn("arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/pets")?.partition,
      "aws-us-gov",
    );
    assert.deepEqual(repositoryArnFaults(pets, "x"), []);
  });

  it("must name one repository without wildcards", () => {
    for (const arn of [
      "arn:aws:ecr:ap-northeast-2:123456789012:repository/*",
      "arn:aws:ecr:ap-northeast-2:123456789012:repository/team/*",
      "arn:aws:ecr:*:123456789012:repository/petclinic",
      "arn:aws:ecr:ap-northeast-2:*:repository/petclinic",
      "arn:aws:ecr-public::123456789012:repository/pet?linic",
    ]) {
      const [fault] = repositoryArnFaults(arn, "repositories[0]");
      assert.match(fault?.fix ?? "", /a wildcard would include/, arn);
    }
    for (const arn of ["*", "petclinic", "arn:aws:s3:::petclinic", `${pets}\n`, "", undefined, 1, {}]) {
      assert.equal(repositoryArnFaults(arn, "x").length, 1, String(arn));
    }
    const [fault] = repositoryArnFaults("petclinic", "x");
    assert.match(fault?.fix ?? "", /^write "arn:aws:ecr:/);
  });
});

describe("push permissions", () => {
  it("are a login and the actions of a push, on the named repositories only", () => {
    assert.deepEqual(pushPermissions([vets, pets, vets]), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
        {
          Sid: "Push",
          Effect: "Allow",
          Action: [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
          ],
          Resource: [pets, vets],
        },
      ],
    });
  });

  it("use ECR Public's actions for public repositories", () => {
    assert.deepEqual(pushPermissions([open]).Statement, [
      {
        Sid: "PublicLogin",
        Effect: "Allow",
        Action: ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
        Resource: "*",
      },
      {
        Sid: "PublicPush",
        Effect: "Allow",
        Action: [
          "ecr-public:BatchCheckLayerAvailability",
          "ecr-public:CompleteLayerUpload",
          "ecr-public:InitiateLayerUpload",
          "ecr-public:PutImage",
          "ecr-public:UploadLayerPart",
        ],
        Resource: [open],
      },
    ]);
    assert.deepEqual(
      pushPermissions([open, pets]).Statement.map((statement) => statement.Sid),
      ["Login", "Push", "PublicLogin", "PublicPush"],
    );
  });

  it("allow fetching layers only on request", () => {
    const actions = pushPermissions([pets], { pull: true }).Statement[1]?.Action;
    assert.deepEqual(actions, [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]);
  });

  it("never reach beyond the named repositories, whatever names are given", () => {
    const arn = fc.oneof(fc.constantFrom(pets, vets, open, "*", `${pets}*`), fc.string());
    fc.assert(
      fc.property(fc.array(arn), (arns) => {
        for (const { Action, Resource } of pushPermissions(arns).Statement) {
          const login = [Action]
            .flat()
            .every((action) => /:Get(?:AuthorizationToken|ServiceBearerToken)$/.test(action ?? ""));
          for (const resource of [Resource].flat()) {
            assert.ok(login ? resource === "*" : arns.includes(resource ?? "") && !resource?.includes("*"));
          }
        }
      }),
      { seed: 1 },
    );
  });

  it("report what cannot be pushed to: no repositories, invalid ARNs, more than a policy can hold", () => {
    assert.deepEqual(pushPermissionFaults([pets, open], "repositories"), []);
    assert.deepEqual(
      pushPermissionFaults([], "repositories").map(({ path, rule, fix }) => [path, rule, fix]),
      [["repositories", "must name at least one repository to push to.", "name the repositories."]],
    );
    assert.deepEqual(
      pushPermissionFaults([pets, "*", 5], "repositories").map(({ path }) => path),
      ["repositories[1]", "repositories[2]"],
    );
    const many = Array.from({ length: 200 }, (_, index) => `${pets}-${index}`);
    const [fault] = pushPermissionFaults(many, "repositories");
    assert.equal(fault?.value, "200 repositories");
    assert.match(fault?.rule ?? "", new RegExp(`at most ${inlinePolicyMaximum} characters`));
    assert.match(fault?.fix ?? "", /a role for each group/);
  });
});

describe("pull permissions", () => {
  it("are a login and the pull actions on private repositories; public ones need none", () => {
    assert.deepEqual(pullPermissions([vets, open, pets]), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
        {
          Sid: "Pull",
          Effect: "Allow",
          Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          Resource: [pets, vets],
        },
      ],
    });
    assert.deepEqual(pullPermissions([open]).Statement, []);
  });

  it("for Lambda are those of the function's creator", () => {
    assert.deepEqual(lambdaDeployPermissions([pets]).Statement, [
      {
        Sid: "CreateFromImage",
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: [pets],
      },
    ]);
    assert.deepEqual(lambdaDeployPermissions([pets], true).Statement[0]?.Action, [
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
      "ecr:GetRepositoryPolicy",
      "ecr:SetRepositoryPolicy",
    ]);
    assert.deepEqual(lambdaDeployPermissions([open]).Statement, []);
  });

  it("report what cannot be pulled from", () => {
    assert.deepEqual(pullPermissionFaults([pets], "from"), []);
    assert.equal(pullPermissionFaults([], "from")[0]?.path, "from");
    assert.equal(pullPermissionFaults([pets, "*"], "from")[0]?.path, "from[1]");
  });
});

describe("a policy written by someone else", () => {
  const pull = { Effect: "Allow", Action: "ecr:BatchGetImage", Resource: pets };
  const text = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

  it("allows only a pull from the repository when it is written as this program does", () => {
    assert.ok(allowsOnlyPull(JSON.stringify(pullPermissions([pets])), pets));
    assert.ok(allowsOnlyPull(text(pull), pets));
  });

  it("allows more if it has any other action, resource or element, however it is spelled", () => {
    const more = [
      text(pull, { ...pull, Resource: vets }),
      text({ ...pull, Resource: [pets, "*"] }),
      text({ ...pull, Resource: [] }),
      text({ ...pull, Action: ["ecr:BatchGetImage", "ecr:*"] }),
      text({ ...pull, Action: "ecr:batchgetimage*" }),
      text({ ...pull, NotAction: "x" }),
      text({ ...pull, Condition: {} }),
      text({ Effect: "Allow", Resource: pets }),
      JSON.stringify({ Statement: [pull], statement: { Effect: "Allow", Action: "*", Resource: "*" } }),
      `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Statement":[]}`,
      `{"Statement":[{"Effect":"Allow","Action":"*","Action":"ecr:BatchGetImage","Resource":"${pets}"}]}`,
      `{"Statement":[{"Effect":"Allow","Action":"ecr:BatchGetImage","Resource":"*","Resource":"${pets}"}]}`,
      `{"Statement":[],"__proto__":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`,
      `{"__proto__":{"Statement":[]}}`,
      "[]",
      "null",
      "",
      "{",
    ];
    for (const document of more) assert.equal(allowsOnlyPull(document, pets), false, document);
  });
});
