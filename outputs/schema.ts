import { z } from "zod";
import { isAccountId } from "../ecr/names/accounts";
import { isDigest } from "../ecr/names/digests";
import { imageReferenceFaults, parseEcrHost } from "../ecr/names/imageReference";
import { isRegionName } from "../ecr/names/regions";
import { parseRepositoryArn } from "../ecr/names/repositoryArns";
import { allowsOnlyPull } from "../ecr/permissions/pullPermissions";
import { isLoopbackHost } from "../ecr/registry/registryLogin";
import { repositoryKeyPattern } from "./repositoryKey";

// The contract between this stack and the stacks that read its outputs. Outputs may be added; when one is renamed,
// removed, or changes its meaning, the version is raised, and readers of another version stop with a message.

/** The version that this program writes and {@link EcrStack} reads. */
export const outputsVersion = 1;

// Another stack writes these values: everything that goes into addresses, credentials, and policies must be
// well-formed.
const registryId = z.string().refine(isAccountId, { error: "must be an account id, 12 digits" });
const region = z.string().refine(isRegionName, { error: "must be a region's name, such as eu-central-1" });
const digest = z.string().refine(isDigest, { error: "must be a digest, `sha256:` and 64 hexadecimal digits" });
const pinnedReference = z.string().refine(isPinned, { error: "must be an image by digest, `<url>@sha256:…`" });

function isPinned(text: string): boolean {
  return imageReferenceFaults(text, "").length === 0 && isDigest(text.slice(text.indexOf("@") + 1));
}

/**
 * Whether a private repository's outputs all describe the same repository: otherwise a role could be granted access to
 * one repository by its ARN, but run an image from another address.
 */
function isOneRepository(outputs: { url: string; arn: string; name: string; registryId: string; region: string }) {
  const { url, arn, name, registryId, region } = outputs;
  const [host = ""] = url.split("/", 1);
  // In a sandbox the host is a port of this machine.
  const registry = parseEcrHost(host) ?? (isLoopbackHost(host) ? { account: registryId, region } : undefined);
  const locations = [registry, parseRepositoryArn(arn)];
  return (
    url === `${host}/${name}` &&
    arn.endsWith(`:repository/${name}`) &&
    locations.every((location) => location?.account === registryId && location.region === region)
  );
}

const pushCommands = z.object({
  login: z.string().describe("logs Docker in to the repository's registry"),
  build: z.string().describe("builds the image that the program pushes there, or the current folder"),
  tag: z.string().describe("tags the local image with the repository's URL"),
  push: z.string().describe("pushes the image"),
});

const repository = z.object({
  url: z.string().describe("URL without a tag: what `docker pull` expects before `:tag` or `@digest`"),
  arn: z
    .string()
    .refine((arn) => parseRepositoryArn(arn) !== undefined, { error: "must be a repository's ARN" })
    .describe("ARN, for IAM policies"),
  name: z.string().describe("name in the registry"),
  registryId: registryId.describe("account of the registry, 12 digits"),
  pushCommands: pushCommands.describe("commands to build and push an image manually"),
});

const privateRepository = repository
  .extend({
    region: region.describe("region of the repository"),
    pullPolicy: z
      .string()
      .describe("IAM policy document (JSON) that allows a role in the same account to pull from this repository only"),
  })
  .refine(isOneRepository, { error: "must name one repository in url, arn, name, registryId and region" })
  .refine(({ pullPolicy, arn }) => allowsOnlyPull(pullPolicy, arn), {
    path: ["pullPolicy"],
    error: "must allow only pulls from this repository",
  });

const image = z.object({
  reference: pinnedReference.describe("`<url>@<digest>` in the image's first repository: what consumers should use"),
  references: z
    .record(z.string(), pinnedReference)
    .describe("the same for each of its repositories, by `private/<key>` or `public/<key>`"),
  repository: z
    .string()
    .regex(repositoryKeyPattern, { error: "must begin with private/ or public/" })
    .describe("the first repository, as `private/<key>` or `public/<key>`"),
  tag: z.string().describe("the tag derived from its content"),
  digest: digest.describe("digest of its manifest, `sha256:…`"),
});

const amount = (what: string) => z.number().describe(`monthly cost of ${what}`);

const costs = z.object({
  currency: z.string().describe("currency of all amounts, such as `USD`"),
  pricesAsOf: z.string().describe("month of the prices, such as `2026-03`"),
  monthly: z
    .object({
      privateStorage: amount("standard storage in private repositories"),
      archiveStorage: amount("archive storage in private repositories"),
      publicStorage: amount("public storage: 0, because the config does not describe it"),
      publicTransfer: amount("anonymous pulls of public images"),
      total: amount("all of these together"),
    })
    .describe("costs at steady state, when deletions balance pushes"),
  growthPerMonth: z.number().describe("monthly cost increase from images that no rule ever deletes"),
  monthlyBudget: z.number().optional().describe("the budget in the config"),
  repositories: z
    .record(
      z.string(),
      z.object({
        standardBytes: z.number().describe("bytes in standard storage, except images that are never deleted"),
        archiveBytes: z.number().describe("bytes in archive storage, except images that are never deleted"),
        grows: z.boolean().describe("whether some of its images are never deleted"),
      }),
    )
    .describe("storage at steady state, by the private repository's key in the config"),
});

/** Every output of the ECR stack, by name. */
export const outputsSchema = z.object({
  outputsVersion: z.literal(outputsVersion).describe("version of this contract"),
  privateRepositories: z
    .record(z.string(), privateRepository)
    .describe("private repositories, by their key in the config"),
  publicRepositories: z.record(z.string(), repository).describe("public repositories, by their key in the config"),
  images: z.record(z.string(), image).describe("images, by their key in the config"),
  pushRoles: z
    .record(z.string(), z.object({ roleArn: z.string().describe("ARN of the role that a workflow assumes") }))
    .describe("roles of CI systems, by their key in the config"),
  registryEvents: z
    .record(
      z.string(),
      z.object({
        topicArn: z.string().optional().describe("ARN of the created topic, to subscribe to"),
        ruleArns: z.array(z.string()).describe("ARNs of the EventBridge rules, for the policies of given targets"),
      }),
    )
    .describe("notifications of a registry, by their key in the config"),
  costs: costs
    .optional()
    .describe(
      "storage cost at steady state, estimated from the config `ecr:costs`; absent without it. A free tier with an end date is not subtracted",
    ),
});

export type EcrOutputs = z.infer<typeof outputsSchema>;
export type CostOutputs = z.infer<typeof costs>;
export type ImageOutputs = z.infer<typeof image>;
export type PrivateRepositoryOutputs = z.infer<typeof privateRepository>;
