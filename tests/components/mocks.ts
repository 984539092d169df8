import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A resource as a component registered it. */
export interface Registration {
  type: string;
  name: string;
  /** Undefined properties are absent, as the engine sees them. */
  inputs: Record<string, unknown>;
}

export interface Mocks {
  /** All registered custom and component resources, in order. */
  registrations: Registration[];
  /** All function calls, with token and arguments. */
  calls: { token: string; args: Record<string, unknown> }[];
  /** Waits until everything that was started is registered. */
  settle(): Promise<void>;
  /** The registered resources of a type. */
  ofType(type: string): Registration[];
}

export const account = "123456789012";
export const region = "ap-northeast-2";
/** ARN of every secret that is created. */
export const secretArn = `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/some-AbCdEf`;
export const digest = `sha256:${"d".repeat(64)}`;

/** What look-ups find. Default: no image, and an account with a configured provider. */
export interface MockRegistry {
  /**
   * The provider cannot be configured yet: functions return nothing, as in a preview in which its settings are unknown.
   */
  unconfigured?: boolean;
  /** Whether the image exists, or its digest. */
  hasImage?: (args: Record<string, unknown>) => boolean | string;
  /** Error of each look-up of images. */
  failWith?: string;
  /** Encryption of an existing repository. Default: ECR's own default. */
  encryption?: { encryptionType: string; kmsKey: string };
  /** The stack's resources by URN. */
  state?: Record<string, { type: string; outputs: Record<string, unknown> }>;
  /** Errors for the first attempts to read the state. */
  failState?: string[];
  /** The images in every repository: digest and tags, newest first. */
  images?: [digest: string, tags: string[]][];
  /**
   * Registry settings that somebody else made, as Cloud Control returns them: properties by type, or by `<type>
   * <identifier>`.
   */
  settings?: Record<string, unknown>;
  /** The account's IAM roles: trust policies by name. */
  roles?: Record<string, string>;
  /** Error when `settings` are read. */
  failSettings?: string;
  /** Outputs of every other stack. */
  outputs?: Record<string, unknown>;
  /** Endpoints of private registries by account. Default: ECR's own. */
  endpoints?: Record<string, string>;
}

function tokenAnswer(password: string): Record<string, string> {
  return { userName: "AWS", password, authorizationToken: Buffer.from(`AWS:${password}`).toString("base64") };
}

function privateEndpoint(inputs: Record<string, unknown>): string {
  return `https://${inputs["registryId"] ?? account}.dkr.ecr.${inputs["region"] ?? region}.amazonaws.com`;
}

/** Starts a fresh engine in which AWS answers as it would for an empty account. Call it before each component. */
export async function startMocks(registry: MockRegistry = {}, preview = false): Promise<Mocks> {
  const registrations: Registration[] = [];
  const calls: Mocks["calls"] = [];
  const found = (args: Record<string, unknown>): string => {
    const image = registry.failWith ? false : (registry.hasImage?.(args) ?? false);
    if (image !== false) return image === true ? digest : image;
    throw grpcError(registry.failWith ?? "reading ECR Images: ImageNotFoundException: The image does not exist");
  };
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registrations.push({ type, name, inputs });
        if (type === "pulumi:pulumi:StackReference") {
          return { id: name, state: { ...inputs, outputs: registry.outputs } };
        }
        return { id: `${name}-id`, state: { ...inputs, ...computed(type, inputs, preview) } };
      },
      call({ token, inputs }) {
        // Answered by the engine itself, so not one of the recorded calls.
        if (token === "pulumi:pulumi:readStackResourceOutputs") {
          const fault = registry.failState?.shift();
          if (fault !== undefined) throw grpcError(fault);
          return { outputs: registry.state ?? {} };
        }
        calls.push({ token, args: inputs });
        switch (token) {
          case "aws:index/getCallerIdentity:getCallerIdentity":
            return registry.unconfigured ? {} : { accountId: account, arn: `arn:aws:iam::${account}:root` };
          case "aws:index/getRegion:getRegion": {
            const name = inputs["region"] ?? region;
            return registry.unconfigured ? {} : { region: name, endpoint: `ec2.${name}.amazonaws.com` };
          }
          case "aws:ecr/getAuthorizationToken:getAuthorizationToken":
            return {
              ...tokenAnswer("private-token"),
              proxyEndpoint: registry.endpoints?.[String(inputs["registryId"])] ?? privateEndpoint(inputs),
            };
          case "aws:ecrpublic/getAuthorizationToken:getAuthorizationToken":
            return tokenAnswer("public-token");
          case "aws:ecr/getRepository:getRepository":
            return {
              ...inputs,
              ...computed("aws:ecr/repository:Repository", inputs, preview),
              encryptionConfigurations: [registry.encryption ?? { encryptionType: "AES256", kmsKey: "" }],
            };
          case "aws:kms/getKey:getKey": {
            const details = "reading KMS Key: NotFoundException: Alias is not found.";
            if (inputs["keyId"] === "alias/none") throw Object.assign(new Error(details), { details });
            return registry.unconfigured
              ? {}
              : {
                  arn: `arn:aws:kms:${inputs["region"] ?? region}:${account}:key/f0f0f0f0-12ab-34cd-56ef-1234567890ab`,
                };
          }
          case "aws:ecr/getImages:getImages":
            if (registry.failWith) throw grpcError(registry.failWith);
            return { imageIds: idsOf(registry.images ?? []) };
          case "aws:ecr/getImage:getImage": {
            const [newest] = registry.images ?? [];
            if (!inputs["mostRecent"] || newest === undefined) return { imageDigest: found(inputs) };
            return { imageDigest: newest[0], imageTags: newest[1], imagePushedAt: pushedAt / 1000 };
          }
          case "aws:ecrpublic/getImages:getImages":
            if (inputs["imageIds"] !== undefined) return { images: [{ imageDigest: found(inputs) }] };
            if (registry.failWith) throw grpcError(registry.failWith);
            return { images: publicImages(registry.images ?? []) };
          case "aws:iam/getRoles:getRoles": {
            const names = Object.keys(registry.roles ?? {});
            return { names, arns: names.map((name) => `arn:aws:iam::${account}:role/${name}`) };
          }
          case "aws:iam/getRole:getRole":
            return { name: inputs["name"], assumeRolePolicy: registry.roles?.[String(inputs["name"])] };
          case "aws:cloudcontrol/getResource:getResource": {
            if (registry.failSettings) throw grpcError(registry.failSettings);
            const { typeName, identifier } = inputs;
            const properties =
              registry.settings?.[String(typeName)] ?? registry.settings?.[`${typeName} ${identifier}`];
            if (properties === undefined) throw grpcError("reading Cloud Control API Resource: couldn't find resource");
            return { properties: JSON.stringify(properties) };
          }
          default:
            throw new Error(`unexpected call of ${token}`);
        }
      },
    },
    "ecr",
    "test",
    preview,
    "organization",
  );
  return {
    registrations,
    calls,
    settle: () => pulumi.runtime.disconnect(),
    ofType: (type) => registrations.filter((each) => each.type === type),
  };
}

/** When the newest image was pushed. */
const pushedAt = Date.UTC(2026, 10, 2);

/** As ECR lists images: one entry per tag. */
function idsOf(images: NonNullable<MockRegistry["images"]>) {
  return images.flatMap(([imageDigest, tags]) =>
    tags.length > 0 ? tags.map((imageTag) => ({ imageDigest, imageTag })) : [{ imageDigest }],
  );
}

function publicImages(images: NonNullable<MockRegistry["images"]>) {
  return images.map(([imageDigest, imageTags], index) => ({
    imageDigest,
    imageTags,
    imagePushedAt: new Date(pushedAt - index * 86_400_000).toISOString(),
  }));
}

/** The SDK reads the engine's message from gRPC's `details`. */
function grpcError(details: string): Error {
  return Object.assign(new Error(details), { details });
}

/** The properties that AWS adds to a resource's inputs. */
function computed(type: string, inputs: Record<string, unknown>, preview: boolean): Record<string, unknown> {
  switch (type) {
    case "aws:ecr/repository:Repository":
      return {
        repositoryUrl: `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/${inputs["name"]}`,
        arn: `arn:aws:ecr:ap-northeast-2:${account}:repository/${inputs["name"]}`,
        registryId: account,
        region: inputs["region"] ?? "ap-northeast-2",
      };
    case "aws:ecrpublic/repository:Repository":
      return {
        repositoryUri: `public.ecr.aws/a1b2c3d4/${inputs["repositoryName"]}`,
        arn: `arn:aws:ecr-public::${account}:repository/${inputs["repositoryName"]}`,
        registryId: account,
      };
    case "aws:secretsmanager/secret:Secret":
      return { arn: secretArn };
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { arn: secretArn };
    case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
      return { arn: `arn:aws:iam::${account}:oidc-provider/${String(inputs["url"]).replace("https://", "")}` };
    case "aws:iam/role:Role": {
      const name = inputs["name"] ?? "some-role";
      return { name, arn: `arn:aws:iam::${account}:role${inputs["path"] ?? "/"}${name}` };
    }
    case "aws:sns/topic:Topic":
      // Known only after creation, like every value that AWS computes.
      return preview ? {} : { arn: `arn:aws:sns:ap-northeast-2:${account}:${inputs["name"] ?? "automatic"}` };
    case "aws:cloudwatch/eventRule:EventRule":
      return { name: "automatic", arn: `arn:aws:events:ap-northeast-2:${account}:rule/automatic` };
    case "aws:kms/key:Key":
      return { arn: `arn:aws:kms:ap-northeast-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`, keyId: "1" };
    case "ecr:index:ImageCopy":
    case "ecr:index:ImageIndex":
    case "ecr:index:ImageTags":
    case "ecr:index:ImageUpload":
      return preview ? {} : { digest };
    case "docker:index/image:Image":
      // A preview builds and pushes nothing, so the digest or image ID stays unknown.
      if (!preview && inputs["skipPush"] === true) return { repoDigest: localImageId(String(inputs["imageName"])) };
      return preview ? {} : { repoDigest: `${String(inputs["imageName"]).replace(/:[^:/]*$/, "")}@${digest}` };
    default:
      return {};
  }
}

/** The ID of an image that Docker built and did not push. */
export function localImageId(imageName: string): string {
  return `sha256:${createHash("sha256").update(imageName).digest("hex")}`;
}

/** The options that each child of a component is registered with, by the child's type. */
export async function childOptions(
  mocks: Mocks,
  create: (opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource,
): Promise<Record<string, pulumi.CustomResourceOptions>> {
  const options: Record<string, pulumi.CustomResourceOptions> = {};
  const record: pulumi.ResourceTransformation = ({ type, opts }) => {
    options[type] = opts;
    return undefined;
  };
  create({ transformations: [record] });
  await mocks.settle();
  return options;
}

/** The value of an output once it is known, or the error that an apply threw on the way. */
export function known<T>(output: pulumi.Output<T>): Promise<T> {
  // Not in the public type. With an apply alone, nobody would receive errors.
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** Whether an output has a value yet. In a preview some do not. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
