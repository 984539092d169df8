import assert from "node:assert/strict";
import { adviceFor, advices } from "../../cli/environments/advice";
import { scenarios } from "../sandbox/faults/adviceScenarios";

describe("advice after a failed update", () => {
  for (const [message, advice] of [
    [
      "creating ECR Repository (petclinic): operation error ECR: CreateRepository, https response error StatusCode: 400, RequestID: 1, RepositoryAlreadyExistsException: The repository with name 'petclinic' already exists in the registry with id '1'",
      /`import: <its name>` in its settings in Pulumi\.dev\.yaml, run `npm run up -- dev` once/,
    ],
    [
      "operation error KMS: CreateAlias, https response error StatusCode: 400, RequestID: 1, AlreadyExistsException: Alias alias/ecr/a already exists",
      /`aws kms delete-alias --alias-name <its name>`.*`npm run up -- dev`/,
    ],
    // AWS's own wording.
    [
      "AlreadyExistsException: An alias with the name arn:aws:kms:x:1:alias/ecr/a already exists",
      /`aws kms delete-alias/,
    ],
    ["RepositoryNotFoundException: The repository with name 'a' does not exist", /npx pulumi refresh --stack dev/],
    [
      "updating KMS Key (1234) policy: operation error KMS: PutKeyPolicy, https response error StatusCode: 400, RequestID: 1, NotFoundException: Key 1234 not found",
      /First check `aws sts get-caller-identity`/,
    ],
    ["name unknown: The repository with name 'a' does not exist in the registry with id '1'", /pulumi refresh/],
    [
      "InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'",
      /correct its ARN \(with its path\) in Pulumi\.dev\.yaml/,
    ],
    ["error reading push output: Your authorization token has expired. Reauthenticate and try again.", /logs in again/],
    ["error reading push output: authentication is required", /logs in again/],
    ["error reading push output: unauthorized: authentication required", /logs in again/],
    ["error reading push output: toomanyrequests: Rate exceeded", /throttling requests.*`aws:maxRetries`/],
    ["received unexpected HTTP status: 500 Internal Server Error", /failed, or did not answer, at every attempt/],
    ["connect ECONNREFUSED 127.0.0.1:9", /could not be reached/],
    ['error reading push output: Put "http://127.0.0.1:1/v2/a/manifests/v1": EOF', /the connection was cut/],
    [
      "error reading push output: lost the Docker daemon at unix:///docker.sock (aborted). Is the docker daemon running? Start it",
      /whether Docker runs/,
    ],
    [
      "received HTTP status: 503: the sandbox's image storage did not answer; start it again with `npm run local`, or …",
      /`npm run local` restarts it/,
    ],
    ["error: the stack is currently locked by 1 lock(s).", /`npx pulumi cancel --stack dev`/],
    ["with 1 pending operations from previous deployment.", /refresh --stack dev --clear-pending-creates/],
    ["failed to load checkpoint: place 1: unexpected end of JSON input", /`dev\.json`, then run `npx pulumi refresh/],
  ] as const) {
    it(`recognizes ${JSON.stringify(message.slice(0, 60))}`, () => {
      const lines = adviceFor(`first\n${message}\nlast`, "dev");
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", advice);
    });
  }

  it("is covered by a test scenario for each kind", () => {
    assert.deepEqual(Object.keys(scenarios).sort(), Object.keys(advices).sort());
    for (const [name, { length }] of Object.entries(scenarios)) assert.ok(length > 0, name);
  });

  it("says each thing once and in order, and nothing about unknown errors", () => {
    const twice = "ThrottlingException: Rate exceeded, exceeded maximum number of attempts, 3";
    assert.equal(adviceFor(`${twice}\n${twice}`, "dev").length, 2);
    // Docker's own errors with the same wording say nothing about the state: nobody should restore an old one because
    // of them.
    assert.deepEqual(
      adviceFor("error reading build output: invalid character '<' looking for beginning of value", "dev"),
      [],
    );
    assert.deepEqual(adviceFor("must be one of three kinds of encryption.", "dev"), []);
  });
});
