import * as http from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;
export type Operation = (input: Json, request: { region: string }) => Json;

/** An error as the services return it. */
export class ServiceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * An AWS endpoint for tests: JSON 1.1 operations by their X-Amz-Target name, and STS' GetCallerIdentity. Every call is
 * recorded; an operation without a script answers UnknownOperationException.
 */
export class AwsServer {
  readonly calls: { operation: string; service: string; region: string; input: Json }[] = [];
  readonly operations: Record<string, Operation> = {};
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Names of the operations called since the last call of this. */
  takeCalls(): string[] {
    return this.calls.splice(0).map((call) => call.operation);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? "");
    const [region, service] = [scope?.[1] ?? "", scope?.[2] ?? ""];
    const target = String(request.headers["x-amz-target"] ?? "").split(".")[1];
    if (target === undefined) {
      this.calls.push({ operation: "GetCallerIdentity", service, region, input: {} });
      response.writeHead(200, { "Content-Type": "text/xml" });
      response.end(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
          "<Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account>" +
          "</GetCallerIdentityResult></GetCallerIdentityResponse>",
      );
      return;
    }
    const input = JSON.parse(body) as Json;
    this.calls.push({ operation: target, service, region, input });
    try {
      const operation = this.operations[`${service}:${target}`];
      if (!operation) throw new ServiceError("UnknownOperationException", `no script for ${service}:${target}`);
      const output = operation(input, { region });
      response.writeHead(200, { "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "req-1" });
      response.end(JSON.stringify(output));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      response.writeHead(error.status, { "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "req-1" });
      response.end(JSON.stringify({ __type: error.code, message: error.message }));
    }
  }
}

/** Scripts of ECR and ECR Public that keep repositories with their tags and policies, as the services would. */
export function scriptEcr(server: AwsServer): Map<string, Json> {
  const repositories = new Map<string, Json>();
  const tags = new Map<string, Map<string, string>>();
  const keyOf = (service: string, region: string, name: unknown) => `${service}/${region}/${String(name)}`;
  const find = (service: string, region: string, name: unknown): Json => {
    const found = repositories.get(keyOf(service, region, name));
    if (found) return found;
    throw new ServiceError(
      "RepositoryNotFoundException",
      `The repository with name '${String(name)}' does not exist in the registry with id '123456789012'`,
    );
  };
  for (const service of ["ecr", "ecr-public"]) {
    const on = (operation: string, script: Operation) => {
      server.operations[`${service}:${operation}`] = script;
    };
    on("CreateRepository", (input, { region }) => {
      const { repositoryName: name, tags: tagList, catalogData, ...rest } = input;
      const repository: Json = {
        registryId: "123456789012",
        repositoryName: name,
        repositoryArn: `arn:aws:${service}:${service === "ecr" ? region : ""}:123456789012:repository/${String(name)}`,
        repositoryUri: `localhost:1/${String(name)}`,
        createdAt: 1_700_000_000,
        ...(service === "ecr" && {
          imageTagMutability: "MUTABLE",
          imageScanningConfiguration: { scanOnPush: false },
          encryptionConfiguration: { encryptionType: "AES256" },
        }),
        ...rest,
        ...(service === "ecr-public" && { catalogData: catalogData ?? {} }),
      };
      repositories.set(keyOf(service, region, name), repository);
      const list = (tagList ?? []) as { Key: string; Value: string }[];
      tags.set(String(repository["repositoryArn"]), new Map(list.map(({ Key, Value }) => [Key, Value])));
      return { repository };
    });
    on("DescribeRepositories", (input, { region }) => ({
      repositories: (input["repositoryNames"] as string[]).map((name) => find(service, region, name)),
    }));
    on("DeleteRepository", (input, { region }) => {
      const repository = find(service, region, input["repositoryName"]);
      if (repository["images"] && input["force"] !== true) {
        throw new ServiceError(
          "RepositoryNotEmptyException",
          `The repository with name '${String(input["repositoryName"])}' in registry with id '123456789012' cannot be deleted because it still contains images`,
        );
      }
      repositories.delete(keyOf(service, region, input["repositoryName"]));
      return { repository };
    });
    on("ListTagsForResource", (input) => ({
      tags: [...(tags.get(String(input["resourceArn"])) ?? [])].map(([Key, Value]) => ({ Key, Value })),
    }));
    on("TagResource", (input) => {
      const list = input["tags"] as { Key: string; Value: string }[];
      for (const { Key, Value } of list) tags.get(String(input["resourceArn"]))?.set(Key, Value);
      return {};
    });
    on("UntagResource", (input) => {
      for (const key of input["tagKeys"] as string[]) tags.get(String(input["resourceArn"]))?.delete(key);
      return {};
    });
    on("SetRepositoryPolicy", (input, { region }) => {
      find(service, region, input["repositoryName"])["policyText"] = input["policyText"];
      return { repositoryName: input["repositoryName"], registryId: "123456789012", policyText: input["policyText"] };
    });
    on("GetRepositoryPolicy", (input, { region }) => {
      const { policyText } = find(service, region, input["repositoryName"]);
      if (policyText === undefined) throw new ServiceError("RepositoryPolicyNotFoundException", "no policy");
      return { repositoryName: input["repositoryName"], registryId: "123456789012", policyText };
    });
    on("DeleteRepositoryPolicy", (input, { region }) => {
      delete find(service, region, input["repositoryName"])["policyText"];
      return {};
    });
    for (const operation of ["PutImageTagMutability", "PutImageScanningConfiguration"]) {
      on(operation, (input, { region }) => {
        const { registryId, repositoryName, ...rest } = input;
        void registryId;
        Object.assign(find(service, region, repositoryName), rest);
        return {};
      });
    }
    on("PutLifecyclePolicy", (input, { region }) => {
      const { repositoryName, lifecyclePolicyText } = input;
      find(service, region, repositoryName)["lifecyclePolicyText"] = lifecyclePolicyText;
      return { repositoryName, registryId: "123456789012", lifecyclePolicyText };
    });
    on("GetLifecyclePolicy", (input, { region }) => {
      const { lifecyclePolicyText } = find(service, region, input["repositoryName"]);
      if (lifecyclePolicyText === undefined) throw new ServiceError("LifecyclePolicyNotFoundException", "no policy");
      return { repositoryName: input["repositoryName"], registryId: "123456789012", lifecyclePolicyText };
    });
    on("DeleteLifecyclePolicy", (input, { region }) => {
      delete find(service, region, input["repositoryName"])["lifecyclePolicyText"];
      return {};
    });
    on("PutRepositoryCatalogData", (input, { region }) => {
      find(service, region, input["repositoryName"])["catalogData"] = input["catalogData"];
      return { catalogData: input["catalogData"] };
    });
    on("GetRepositoryCatalogData", (input, { region }) => {
      const stored = find(service, region, input["repositoryName"])["catalogData"] as Json;
      const { logoImageBlob, ...catalogData } = stored;
      return { catalogData: logoImageBlob ? { ...catalogData, logoUrl: "https://example.com/logo" } : catalogData };
    });
    on("DescribeImages", (input, { region }) => {
      const repository = find(service, region, input["repositoryName"]);
      const images = (repository["images"] ?? []) as Json[];
      const ids = input["imageIds"] as { imageTag?: string; imageDigest?: string }[] | undefined;
      const imageDetails = ids
        ? ids.map((id) => {
            const found = images.find(
              (image) =>
                id.imageDigest === image["imageDigest"] || (image["imageTags"] as string[]).includes(id.imageTag ?? ""),
            );
            if (found) return found;
            throw new ServiceError(
              "ImageNotFoundException",
              `The image with imageId ${JSON.stringify(id)} does not exist`,
            );
          })
        : images;
      return {
        imageDetails: imageDetails.map((image) => ({
          ...image,
          repositoryName: input["repositoryName"],
          registryId: "123456789012",
        })),
      };
    });
    on("ListImages", (input, { region }) => {
      const images = (find(service, region, input["repositoryName"])["images"] ?? []) as Json[];
      return {
        imageIds: images.flatMap((image) =>
          (image["imageTags"] as string[]).map((imageTag) => ({ imageTag, imageDigest: image["imageDigest"] })),
        ),
      };
    });
  }
  const token = Buffer.from("AWS:pass-word-1").toString("base64");
  server.operations["ecr:GetAuthorizationToken"] = () => ({
    authorizationData: [
      { authorizationToken: token, expiresAt: 1_700_000_000, proxyEndpoint: "http://localhost:5000" },
    ],
  });
  server.operations["ecr-public:GetAuthorizationToken"] = () => ({
    authorizationData: { authorizationToken: token, expiresAt: 1_700_000_000 },
  });
  return repositories;
}
