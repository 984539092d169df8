import { ECRClient, paginateDescribeImages } from "@aws-sdk/client-ecr";
import { ECRPUBLICClient, paginateDescribeImages as paginatePublicImages } from "@aws-sdk/client-ecr-public";
import type { TestProject } from "../program/project";

interface Resource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  dependencies?: string[];
}

interface Deployment {
  deployment: { resources?: Resource[]; pending_operations?: unknown[] };
}

/** The key that marks a secret in a state; its ciphertext changes with each write. */
const secretKey = "4dabf18193072939515e22adb298388d";

/**
 * Left out of the comparison: a run that finds an image's tag in the registry does not build and push it again. The
 * registries' contents are compared instead.
 */
const builds = "docker:index/image:Image";

/**
 * A stack's resources and the images in its registries, without what differs between two runs of the same program:
 * account, addresses, folder, secrets, IDs and times. Stacks in the same state have equal results.
 */
export async function comparableState(project: TestProject): Promise<Record<string, unknown>> {
  const { deployment } = JSON.parse((await project.mustPulumi("stack", "export")).stdout) as Deployment;
  const resources = (deployment.resources ?? [])
    .filter(({ type }) => type !== builds && type !== "pulumi:providers:docker")
    .map(({ urn, inputs, outputs, dependencies = [] }) => [
      urn.replace(/(default\w*)::[0-9a-f-]{36}$/, "$1"),
      {
        inputs: withoutSecrets(inputs),
        outputs: withoutSecrets(outputs),
        dependencies: dependencies.filter((each) => !each.includes(`$${builds}::`)).sort(),
      },
    ]);
  const state = {
    resources: Object.fromEntries(resources),
    pending: deployment.pending_operations ?? [],
    images: await storedImages(project),
  };
  return JSON.parse(
    JSON.stringify(state)
      .replaceAll(project.account, "ACCOUNT")
      .replaceAll(project.directory, "PROJECT")
      .replaceAll(/127\.0\.0\.1:\d+(\/[a-z0-9]+(?=\/petclinic))?/g, "REGISTRY"),
  ) as Record<string, unknown>;
}

/** Digest and tags of each image in the private and the public repository `petclinic`. */
export async function storedImages({ env, account }: TestProject) {
  const options = {
    endpoint: env["AWS_ENDPOINT_URL"],
    credentials: { accessKeyId: account, secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "" },
  };
  const client = new ECRClient({ ...options, region: env["AWS_REGION"] });
  const publicClient = new ECRPUBLICClient({ ...options, region: "us-east-1" });
  const pages = {
    private: paginateDescribeImages({ client }, { repositoryName: "petclinic" }),
    public: paginatePublicImages({ client: publicClient }, { repositoryName: "petclinic" }),
  };
  const images: { kind: string; digest: string | undefined; tags: string[] }[] = [];
  for (const [kind, each] of Object.entries(pages)) {
    for await (const { imageDetails = [] } of each) {
      for (const { imageDigest, imageTags = [] } of imageDetails) {
        images.push({ kind, digest: imageDigest, tags: [...imageTags].sort() });
      }
    }
  }
  return images.sort((a, b) => `${a.kind}${a.digest}`.localeCompare(`${b.kind}${b.digest}`));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (secretKey in value) return "SECRET";
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSecrets(member)]));
}
