import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../ecr/faults";
import { imageTagFaults } from "../ecr/imageTags";
import { isTagMutable } from "../ecr/tagMutability";
import { type BuildInputs, buildContextFaults, contentTag, dockerfileOf } from "./buildContext";
import { dockerDaemonFaults } from "./dockerDaemon";
import type { ImageRepository } from "./imageRepository";
import { InputChecks } from "./inputChecks";

export interface ContainerImageArgs extends Omit<BuildInputs, "platform"> {
  /** Operating system and architecture, one of each. @default "linux/amd64" */
  platform?: string;
  /**
   * Where the image goes, at least one. It is built once, for the first; the others get a copy with the same digest, for
   * which Docker must hold the image or be logged in to the first one's registry.
   */
  repositories: ImageRepository[];
  /**
   * Tags that follow the image, such as `latest`, beside the one that its content gives it. An immutable repository
   * needs an exclusion filter for each.
   * @default none
   */
  tags?: string[];
}

/** The part of an image's build that `docker build` needs too. */
export interface ImageBuild {
  context: string;
  dockerfile?: string;
  buildArgs?: Record<string, string>;
  platform: string;
}

/**
 * An image, built from a folder with Docker and pushed to one or several repositories.
 *
 * Its own tag comes from its content (`src-` and 16 digits; see contentTag), so what did not change is neither built nor
 * pushed again, and what did change never meets an existing tag. A tag that the registry holds already is not pushed:
 * ECR refuses that under an immutable tag, even with the same digest. Removing an image from the program leaves it in
 * the registry; lifecycle policies and the repository's deletion remove it.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const image = new ContainerImage("petclinic", { context: "app", repositories: [repository], tags: ["latest"] });
 * export const reference = image.reference; // …/petclinic@sha256:…
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** The tag that stands for the content. */
  readonly tag: string;
  /** Digest of the image's manifest, as the first repository's registry says it. */
  readonly digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. What consumers should use. */
  readonly reference: pulumi.Output<string>;
  /** The image in each repository, in their order: `<url>@<digest>`. */
  readonly references: pulumi.Output<string>[];
  /** How it is built, for PrivateRepository.pushCommands and PublicRepository.pushCommands. */
  readonly build: ImageBuild;

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = { ...args, platform: args.platform ?? defaultPlatform };
    const checks = new InputChecks(`ContainerImage ${JSON.stringify(name)}`);
    checks.add(containerImageFaults(args));
    checks.refuse();
    super("ecr:index:ContainerImage", name, {}, opts);
    const [primary, ...others] = args.repositories;
    if (primary === undefined) throw new Error("unreachable: refused above");
    this.tag = contentTag(inputs);
    this.build = {
      context: inputs.context,
      dockerfile: inputs.dockerfile,
      buildArgs: inputs.args,
      platform: inputs.platform,
    };

    const isThere = primary.hasTag(this.tag);
    const build: docker.types.input.DockerBuild = {
      context: inputs.context,
      dockerfile: dockerfileOf(inputs),
      args: inputs.args,
      target: inputs.target,
      platform: inputs.platform,
    };
    // What the registry holds is fetched, not built again: a build on another machine could give another digest.
    const fetch = copyBuild(pulumi.interpolate`${primary.url}:${this.tag}`, inputs.platform);
    const built = this.push(
      `${name}-${this.tag}`,
      primary,
      this.tag,
      isThere.apply((there) => (there ? { ...fetch, cacheFrom: { images: [fetch.args.SOURCE] } } : build)),
    );
    this.digest = primary.digestOf(this.tag, [built]);
    this.reference = pulumi.interpolate`${primary.url}@${this.digest}`;

    const copies = others.map((repository) => ({ repository, copy: this.copy(name, repository, this.tag, [built]) }));
    this.references = [
      this.reference,
      ...copies.map(
        ({ repository, copy }) => pulumi.interpolate`${repository.url}@${repository.digestOf(this.tag, [copy])}`,
      ),
    ];
    // After the content tag of the same repository, whose layers are then there: two pushes would send them twice.
    for (const { repository, copy } of [{ repository: primary, copy: built }, ...copies]) {
      for (const tag of args.tags ?? []) this.copy(name, repository, tag, [copy]);
    }
    this.registerOutputs({
      tag: this.tag,
      digest: this.digest,
      reference: this.reference,
      references: this.references,
    });
  }

  /** Gives the first repository's image another address, with the digest unchanged. */
  private copy(name: string, to: ImageRepository, tag: string, dependsOn: pulumi.Resource[]): docker.Image {
    return this.push(
      `${name}-${to.kind}-${to.logicalName}-${tag === this.tag ? tag : `${tag}-${this.tag}`}`,
      to,
      tag,
      copyBuild(this.reference, this.build.platform),
      dependsOn,
    );
  }

  private push(
    logicalName: string,
    to: ImageRepository,
    tag: string,
    build: pulumi.Input<docker.types.input.DockerBuild>,
    dependsOn: pulumi.Resource[] = [],
  ): docker.Image {
    return new docker.Image(
      logicalName,
      {
        imageName: pulumi.interpolate`${to.url}:${tag}`,
        build,
        registry: { ...to.credentials() },
        // A moving tag is there already and is to move; only the content's own tag says that the image is there.
        ...(tag === this.tag && { skipPush: to.hasTag(tag) }),
      },
      {
        parent: this,
        dependsOn,
        // The logical name holds the content tag, so a change of content is another resource. All else that could differ
        // is no change: where the project lies (part of the provider's digest of links), and whether the tag is there.
        ignoreChanges: ["build", "skipPush"],
      },
    );
  }
}

const defaultPlatform = "linux/amd64";

/**
 * A build that gives the very image that it names, digest included, and pulls it when Docker does not hold it: the
 * classic builder makes of a Dockerfile with one FROM the image itself.
 */
function copyBuild(source: pulumi.Input<string>, platform: string) {
  const context = path.relative(process.cwd(), path.join(__dirname, "imageCopy"));
  return {
    context,
    dockerfile: path.join(context, "Dockerfile"),
    args: { SOURCE: source },
    builderVersion: docker.BuilderVersion.BuilderV1,
    platform,
  };
}

/** What the checks have to know of a repository: they can be made before it exists. */
export type ImageTarget = Pick<ImageRepository, "kind" | "logicalName" | "tagSettings">;

/** Why a ContainerImage with these arguments would be refused: every fault, or none. */
export function containerImageFaults(
  args: Omit<ContainerImageArgs, "repositories"> & { repositories: readonly ImageTarget[] },
): Fault[] {
  const { repositories, tags = [], platform = defaultPlatform } = args;
  const faults = buildContextFaults(args);
  if (!/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(platform)) {
    faults.push({
      path: "platform",
      value: platform,
      rule: "a platform is an operating system and an architecture, one of each.",
      fix: 'write "linux/amd64" or "linux/arm64".',
    });
  }
  tags.forEach((tag, index) => {
    const path = `tags[${index}]`;
    faults.push(...imageTagFaults(tag, path), ...repositories.flatMap((each) => movingTagFaults(tag, path, each)));
  });
  if (repositories.length === 0) {
    faults.push({
      path: "repositories",
      value: repositories,
      rule: "an image goes to at least one repository.",
      fix: "name a PrivateRepository or a PublicRepository.",
    });
  }
  // A preview needs no Docker; an update that is going to need it must not find out half-way.
  return pulumi.runtime.isDryRun() ? faults : [...faults, ...dockerDaemonFaults()];
}

/** ECR would take the first push of such a tag and refuse every later one. */
function movingTagFaults(tag: string, path: string, { kind, logicalName, tagSettings }: ImageTarget): Fault[] {
  if (tagSettings === undefined || isTagMutable(tag, tagSettings)) return [];
  return [
    {
      path,
      value: tag,
      rule: `the ${kind} repository ${JSON.stringify(logicalName)} is ${tagSettings.imageTagMutability}: this tag could not follow the next image.`,
      fix: `add ${JSON.stringify(tag)} to the repository's exclusionFilters, or leave the tag out.`,
    },
  ];
}
