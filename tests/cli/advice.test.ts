import assert from "node:assert/strict";
import { adviceFor, advices } from "../../cli/environments/advice";
import { scenarios } from "../sandbox/faults/adviceScenarios";

describe("what to do after a failed update", () => {
  for (const [message, advice] of [
    [
      "creating ECR Repository (petclinic): operation error ECR: CreateRepository, https response error StatusCode: 400, RequestID: 1, RepositoryAlreadyExistsException: The repository with name 'petclinic' already exists in the registry with id '1'",
      /`import: <its name>` among its settings in Pulumi\.dev\.yaml, run `npm run up -- dev` once/,
    ],
    [
      "operation error KMS: CreateAlias, https response error StatusCode: 400, RequestID: 1, AlreadyExistsException: Alias alias/ecr/a already exists",
      /`aws kms delete-alias --alias-name <its name>`.*`npm run up -- dev`/,
    ],
    // AWS words it so.
    [
      "AlreadyExistsException: An alias with the name arn:aws:kms:x:1:alias/ecr/a already exists",
      /`aws kms delete-alias/,
    ],
    ["RepositoryNotFoundException: The repository with name 'a' does not exist", /npx pulumi refresh --stack dev/],
    [
      "updating KMS Key (1234) policy: operation error KMS: PutKeyPolicy, https response error StatusCode: 400, RequestID: 1, NotFoundException: Key 1234 not found",
      /First look at `aws sts get-caller-identity`/,
    ],
    ["name unknown: The repository with name 'a' does not exist in the registry with id '1'", /pulumi refresh/],
    [
      "InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'",
      /correct its ARN \(with its path\) in Pulumi\.dev\.yaml/,
    ],
    ["error reading push output: Your authorization token has expired. Reauthenticate and try again.", /logs in anew/],
    ["error reading push output: authentication is required", /logs in anew/],
    ["error reading push output: unauthorized: authentication required", /logs in anew/],
    ["error reading push output: toomanyrequests: Rate exceeded", /asked too often.*`aws:maxRetries`/],
    ["received unexpected HTTP status: 500 Internal Server Error", /failed, or did not answer, at every attempt/],
    ["connect ECONNREFUSED 127.0.0.1:9", /could not be reached/],
    ['error reading push output: Put "http://127.0.0.1:1/v2/a/manifests/v1": EOF', /the connection was cut/],
    [
      "error reading push output: lost the Docker daemon at unix:///docker.sock (aborted). Is the docker daemon running? Start it",
      /whether Docker runs/,
    ],
    [
      "received HTTP status: 503: the sandbox's image storage did not answer; start it again with `npm run local`, or …",
      /`npm run local` starts what is gone/,
    ],
    ["error: the stack is currently locked by 1 lock(s).", /`npx pulumi cancel --stack dev`/],
    ["with 1 pending operations from previous deployment.", /refresh --stack dev --clear-pending-creates/],
    ["failed to load checkpoint: place 1: unexpected end of JSON input", /`dev\.json`, then `npx pulumi refresh/],
  ] as const) {
    it(`knows ${JSON.stringify(message.slice(0, 60))}`, () => {
      const lines = adviceFor(`first\n${message}\nlast`, "dev");
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", advice);
    });
  }

  it("is followed by a test, each of them", () => {
    assert.deepEqual(Object.keys(scenarios).sort(), Object.keys(advices).sort());
    for (const [name, { length }] of Object.entries(scenarios)) assert.ok(length > 0, name);
  });

  it("says a thing once, several in order, and nothing about what it does not know", () => {
    const twice = "ThrottlingException: Rate exceeded, exceeded maximum number of attempts, 3";
    assert.equal(adviceFor(`${twice}\n${twice}`, "dev").length, 2);
    // Docker's own faults of the same words say nothing about the state: nobody may put an old one back for them.
    assert.deepEqual(
      adviceFor("error reading build output: invalid character '<' looking for beginning of value", "dev"),
      [],
    );
    assert.deepEqual(adviceFor("encryption is one of three kinds.", "dev"), []);
  });
});
