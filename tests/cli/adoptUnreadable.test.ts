import assert from "node:assert/strict";
import { ECRClient } from "@aws-sdk/client-ecr";
import { readPrivateRepositories } from "../../cli/adopt/readRepositories";

describe("adopt: a repository that cannot be read", () => {
  /** A client that answers without calling AWS. */
  function clientWith(refusal: { name: string; $fault: string }): ECRClient {
    const client = new ECRClient({ region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    client.middlewareStack.add(
      (_, { commandName }) =>
        async ({ input }) => {
          const { repositoryName, resourceArn } = input as { repositoryName?: string; resourceArn?: string };
          if (commandName === "DescribeRepositoriesCommand") {
            return answer({
              repositories: ["a", "denied", "z"].map((name) => ({ repositoryName: name, repositoryArn: name })),
            });
          }
          if ([repositoryName, resourceArn].includes("denied")) throw Object.assign(new Error("no"), refusal);
          return answer({});
        },
      { step: "initialize", name: "answer" },
    );
    return client;
  }
  const answer = (output: object) => ({ output: { $metadata: {}, ...output }, response: {} });
  const read = (name: string, $fault: string) =>
    readPrivateRepositories(clientWith({ name, $fault }), "eu-west-1", () => true);

  it("is reported with the reason, and the others are read", async () => {
    const { found, unread } = await read("AccessDeniedException", "client");
    assert.deepEqual(
      found.map(({ name }) => name),
      ["a", "z"],
    );
    assert.deepEqual(unread, ["denied: AccessDeniedException: no"]);
  });

  it("ends the command when the error is not specific to that repository", async () => {
    for (const [name, fault] of [
      ["ExpiredTokenException", "client"],
      ["ThrottlingException", "client"],
      ["ServerException", "server"],
    ] as const) {
      await assert.rejects(read(name, fault), { name });
    }
  });
});
