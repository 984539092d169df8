import assert from "node:assert/strict";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { RegistryClient, testImage } from "../gateway/registryClient";
import { TestProject } from "./project";

const program = `
import * as aws from "@pulumi/aws";
import { PrivateRepository } from "./components";

const shop = new PrivateRepository("shop", { encryption: "aes256", forceDelete: true });
const other = new PrivateRepository("other", { encryption: "aes256", forceDelete: true });
const account = aws.getCallerIdentityOutput({}).accountId;
const assumeRolePolicy = account.apply((id) => JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: id }, Action: "sts:AssumeRole" }],
}));
const puller = new aws.iam.Role("puller", { assumeRolePolicy, path: "/team/" });
const pusher = new aws.iam.Role("pusher", { assumeRolePolicy });
shop.grantPull(puller);
shop.grantPush(pusher.arn);
export const roles = { puller: puller.arn, pusher: pusher.arn };
export const urls = { shop: shop.url, other: other.url };
`;

describe("grants with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let outputs: { roles: Record<"puller" | "pusher", string>; urls: Record<"shop" | "other", string> };

  before(async () => {
    project = new TestProject();
    project.write("index.ts", program);
    await project.init();
    await project.up();
    outputs = (await project.outputs()) as unknown as typeof outputs;
  });
  after(async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  const region = "ap-northeast-2";
  const image = testImage("granted");
  /** A registry client that logs in with these credentials. */
  const registry = async (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => {
    const { authorizationData = [] } = await new ECRClient({ region, credentials }).send(
      new GetAuthorizationTokenCommand({}),
    );
    const host = outputs.urls.shop.split("/", 1).join("");
    return new RegistryClient(host, `Basic ${authorizationData[0]?.authorizationToken}`);
  };
  const administrator = () => ({
    accessKeyId: project.account,
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "",
  });
  const as = async (role: "puller" | "pusher") => {
    const { Credentials: session } = await new STSClient({ region, credentials: administrator() }).send(
      new AssumeRoleCommand({ RoleArn: outputs.roles[role], RoleSessionName: role }),
    );
    return registry({
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken,
    });
  };
  const pull = async (client: RegistryClient, name: string) =>
    (await client.request("GET", `/v2/${name}/manifests/${image.digest}`, { headers: { Accept: image.mediaType } }))
      .status;

  it("let the push role push to that repository only", async () => {
    const client = await as("pusher");
    assert.equal((await client.push("shop", "1", image)).status, 201);
    assert.equal((await client.push("other", "1", image)).status, 403);
  });

  it("let the pull role pull from that repository only, and push nowhere", async () => {
    assert.equal((await (await registry(administrator())).push("other", "1", image)).status, 201);
    const client = await as("puller");
    assert.equal(await pull(client, "shop"), 200);
    assert.equal(await pull(client, "other"), 403);
    assert.equal((await client.push("shop", "2", testImage("refused"))).status, 403);
  });

  it("change nothing the second time", async () => {
    await project.mustPulumi("preview", "--expect-no-changes");
  });
});
