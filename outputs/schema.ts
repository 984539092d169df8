import { z } from "zod";
import { isAccountId } from "../ecr/accounts";
import { isDigest } from "../ecr/digests";
import { imageReferenceFaults, parseEcrHost } from "../ecr/imageReference";
import { allowsOnlyPull } from "../ecr/pullPermissions";
import { isRegionName } from "../ecr/regions";
import { isLoopbackHost } from "../ecr/registryLogin";
import { parseRepositoryArn } from "../ecr/repositoryArns";

// The contract between this stack and those that it feeds. Outputs may be added; one that is renamed, removed or changed
// in meaning raises the version, and readers of another version stop with a message.

/** The version that this program writes and {@link EcrStack} reads. */
export const outputsVersion = 1;

// Another stack writes them: what goes into addresses, logins and policies has to have its form.
const registryId = z.string().refine(isAccountId, { error: "must be an account, 12 digits" });
const region = z.string().refine(isRegionName, { error: "must be a region's name, such as eu-central-1" });
const digest = z.string().refine(isDigest, { error: "must be a digest, `sha256:` and 64 hexadecimal digits" });
const pinnedReference = z.string().refine(isPinned, { error: "must be an image by digest, `<url>@sha256:…`" });

function isPinned(text: string): boolean {
  return imageReferenceFaults(text, "").length === 0 && isDigest(text.slice(text.indexOf("@") + 1));
}

/**
 * Whether a private repository's outputs are all about the same one: else a role could be let into one repository by the ARN,
 * and run what somebody put to another address.
 */
function isOneRepository(outputs: { url: string; arn: string; name: string; registryId: string; region: string }) {
  const { url, arn, name, registryId, region } = outputs;
  const [host = ""] = url.split("/", 1);
  // A sandbox has a port of this machine in the host's place.
  const registry = parseEcrHost(host) ?? (isLoopbackHost(host) ? { account: registryId, region } : undefined);
  const places = [registry, parseRepositoryArn(arn)];
  return (
    url === `${host}/${name}` &&
    arn.endsWith(`:repository/${name}`) &&
    places.every((place) => place?.account === registryId && place.region === region)
  );
}

const pushCommands = z.object({
  login: z.string().describe("Docker login for the repository's registry"),
  build: z.string().describe("build of the image that the program puts there, or of the current folder"),
  tag: z.string().describe("the local image under the repository's address"),
  push: z.string().describe("the push"),
});

const repository = z.object({
  url: z.string().describe("address without tag: what `docker pull` takes in front of `:tag` or `@digest`"),
  arn: z
    .string()
    .refine((arn) => parseRepositoryArn(arn) !== undefined, { error: "must be a repository's ARN" })
    .describe("ARN, for IAM policies"),
  name: z.string().describe("name in the registry"),
  registryId: registryId.describe("account that the registry belongs to, 12 digits"),
  pushCommands: pushCommands.describe("the commands that do by hand what the program does"),
});

const privateRepository = repository
  .extend({
    region: region.describe("region of the repository"),
    pullPolicy: z
      .string()
      .describe(
        "IAM policy document (JSON) that lets a role of the same account pull from this repository and no other",
      ),
  })
  .refine(isOneRepository, { error: "must name one repository in url, arn, name, registryId and region" })
  .refine(({ pullPolicy, arn }) => allowsOnlyPull(pullPolicy, arn), {
    path: ["pullPolicy"],
    error: "must allow nothing but to pull from this repository",
  });

const image = z.object({
  reference: pinnedReference.describe("`<url>@<digest>` in the image's first repository: what consumers should use"),
  references: z
    .record(z.string(), pinnedReference)
    .describe("the same in each of its repositories, by `private/<key>` or `public/<key>`"),
  repository: z
    .string()
    .regex(/^(?:private|public)\//, { error: "must begin with private/ or public/" })
    .describe("the first repository, as `private/<key>` or `public/<key>`"),
  tag: z.string().describe("the tag that stands for its content"),
  digest: digest.describe("digest of its manifest, `sha256:…`"),
});

const amount = (what: string) => z.number().describe(`a month of ${what}`);

const costs = z.object({
  currency: z.string().describe("of all amounts, such as `USD`"),
  pricesAsOf: z.string().describe("month of the prices, `2026-03`"),
  monthly: z
    .object({
      privateStorage: amount("standard storage of private repositories"),
      archiveStorage: amount("archive storage of private repositories"),
      publicStorage: amount("public storage, of which config knows nothing: 0"),
      publicTransfer: amount("anonymous pulls of public images"),
      total: amount("all of this"),
    })
    .describe("when as much goes as comes"),
  growthPerMonth: z
    .number()
    .describe("what each month costs more than the one before, for images that no rule ever deletes"),
  monthlyBudget: z.number().optional().describe("the budget of the config"),
  repositories: z
    .record(
      z.string(),
      z.object({
        standardBytes: z.number().describe("standard storage, without what grows without end"),
        archiveBytes: z.number().describe("archive storage, without what grows without end"),
        grows: z.boolean().describe("whether some of its images are never deleted"),
      }),
    )
    .describe("what is there then, by the private repository's key in config"),
});

/** Every output of the ECR stack, by its name. */
export const outputsSchema = z.object({
  outputsVersion: z.literal(outputsVersion).describe("version of this contract"),
  privateRepositories: z.record(z.string(), privateRepository).describe("private repositories, by their key in config"),
  publicRepositories: z.record(z.string(), repository).describe("public repositories, by their key in config"),
  images: z.record(z.string(), image).describe("images, by their key in config"),
  pushRoles: z
    .record(z.string(), z.object({ roleArn: z.string().describe("what a workflow names as the role to assume") }))
    .describe("roles of CI systems, by their key in config"),
  registryEvents: z
    .record(
      z.string(),
      z.object({
        topicArn: z.string().optional().describe("the topic that was created, to subscribe to"),
        ruleArns: z.array(z.string()).describe("EventBridge rules, for the policies of given targets"),
      }),
    )
    .describe("messages about a registry, by their key in config"),
  costs: costs
    .optional()
    .describe(
      "what storage costs at steady state, from the config `ecr:costs` alone; absent without it. No free tier that ends is taken off",
    ),
});

export type EcrOutputs = z.infer<typeof outputsSchema>;
export type CostOutputs = z.infer<typeof costs>;
export type ImageOutputs = z.infer<typeof image>;
export type PrivateRepositoryOutputs = z.infer<typeof privateRepository>;
