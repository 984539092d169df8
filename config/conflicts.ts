import { containerImageTag } from "../components/images/containerImage";
import { mirrorTag } from "../components/images/mirroredImage";
import type { Fault } from "../ecr/faults";
import { imageReferenceFaults } from "../ecr/imageReference";
import { mirroredImageArgs, registryName, repositoryRegion } from "./arguments";
import { issuerOf } from "./identityProviders";
import type { EnvironmentConfig } from "./schema";

/** Something that is there once, and the place in the config that claims it. */
interface Claim {
  /** What is there once, for comparison. */
  thing: string;
  /** The entry that claims it, as the message for another one names it: `images.shop`. */
  entry: string;
  path: string;
  value: unknown;
  /** Why two entries cannot both have it; begins with a verb, whose subject is the first entry. */
  already: string;
  fix: string;
}

/**
 * Entries that cannot be together: two for one thing of AWS. Each is sound by itself, so a preview would show nothing, and
 * the update would stop half-way, or undo at every run what it did before.
 *
 * @param region The provider's, where it is known.
 */
export function conflictFaults(config: EnvironmentConfig, region: string | undefined): Fault[] {
  const claims = [
    ...repositoryClaims(config, region),
    ...registryClaims(config, region),
    ...roleClaims(config),
    ...topicClaims(config, region),
    ...imageClaims(config),
  ];
  const owners = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const owner = owners.get(claim.thing);
    if (owner === undefined || owner.entry === claim.entry) {
      owners.set(claim.thing, owner ?? claim);
      return [];
    }
    const { path, value, already, fix } = claim;
    return [{ path, value, rule: `${owner.entry} ${already}.`, fix }];
  });
}

function repositoryClaims(config: EnvironmentConfig, providerRegion: string | undefined): Claim[] {
  const privates = Object.keys(config.privateRepositories).map((key) => {
    const region = repositoryRegion(config, key) ?? providerRegion;
    return { section: "privateRepositories", key, name: registryName(config, `private/${key}`), region };
  });
  const publics = Object.keys(config.publicRepositories).map((key) => {
    return { section: "publicRepositories", key, name: registryName(config, `public/${key}`), region: undefined };
  });
  return [...privates, ...publics].map(({ section, key, name, region }) => ({
    thing: `${section} ${region} ${name}`,
    entry: `${section}.${key}`,
    path: `${section}.${key}.repositoryName`,
    value: name,
    already: `describes the repository ${JSON.stringify(name)}${region === undefined ? "" : ` in ${region}`} already`,
    fix: "give one of them another repositoryName, or put both into one entry.",
  }));
}

function registryClaims(config: EnvironmentConfig, providerRegion: string | undefined): Claim[] {
  return Object.entries(config.registries).map(([key, { region = providerRegion }]) => ({
    thing: `registry ${region}`,
    entry: `registries.${key}`,
    path: `registries.${key}.region`,
    value: region,
    already: `describes this region's registry already: an account has one in a region`,
    fix: "put the settings of both into one entry, or name another region.",
  }));
}

function roleClaims(config: EnvironmentConfig): Claim[] {
  return Object.entries(config.pushRoles).flatMap(([key, role]) => {
    const entry = `pushRoles.${key}`;
    const issuer = issuerOf(role);
    const provider: Claim = {
      thing: `identity provider ${issuer}`,
      entry,
      path: `${entry}.createProvider`,
      value: true,
      already: `creates the identity provider of ${issuer} already: an account has one for each issuer`,
      fix: `write providerArn: "arn:aws:iam::<account>:oidc-provider/${issuer.replace(/^https:\/\//, "")}" in its place.`,
    };
    const name: Claim = {
      // A role without roleName goes by its key.
      thing: `role ${role.roleName ?? key}`,
      entry,
      path: role.roleName === undefined ? entry : `${entry}.roleName`,
      value: role.roleName ?? key,
      already: "has a role of this name already: it is unique in an account, whatever the path",
      fix: "give one of them another roleName.",
    };
    return [...(role.createProvider ? [provider] : []), name];
  });
}

function topicClaims(config: EnvironmentConfig, providerRegion: string | undefined): Claim[] {
  return Object.entries(config.registryEvents).map(([key, { topicName, region }]) => ({
    // Events without topicName go by their key, wherever they are.
    thing: `topic ${topicName === undefined ? providerRegion : (region ?? providerRegion)} ${topicName ?? key}`,
    entry: `registryEvents.${key}`,
    path: topicName === undefined ? `registryEvents.${key}` : `registryEvents.${key}.topicName`,
    value: topicName ?? key,
    already: "has a topic of this name already",
    fix: "give one of them another topicName.",
  }));
}

/** An image of any section, as far as it matters here. */
interface ConfiguredImage {
  entry: string;
  repositories: readonly string[];
  tags: readonly { path: string; tag: string }[];
  /** Two images with one of these in one repository are the same image twice. Read only where it matters. */
  identity: () => string | undefined;
}

function configuredImages(config: EnvironmentConfig): ConfiguredImage[] {
  const movingTags = (tags: readonly string[] = []) => tags.map((tag, index) => ({ path: `tags[${index}]`, tag }));
  const once = (path: string, tag: string | undefined) => (tag === undefined ? [] : [{ path, tag }]);
  return [
    ...Object.entries(config.images).map(([key, image]) => ({
      entry: `images.${key}`,
      repositories: image.repositories,
      tags: [
        ...once(
          "tagFrom.fixed",
          typeof image.tagFrom === "object" && "fixed" in image.tagFrom ? image.tagFrom.fixed : undefined,
        ),
        ...movingTags(image.tags),
      ],
      identity: () => containerImageTag({ ...image, repositories: [] }),
    })),
    ...Object.entries(config.mirroredImages).map(([key, image]) => ({
      entry: `mirroredImages.${key}`,
      repositories: image.repositories,
      tags: [...once("tag", image.tag), ...movingTags(image.tags)],
      identity: () => {
        const reference = image.source ?? image.localImage;
        // What names no image is said by the image's own check.
        const isSound = reference !== undefined && imageReferenceFaults(reference, "source").length === 0;
        return isSound ? mirrorTag(mirroredImageArgs(config, key, [])) : undefined;
      },
    })),
    ...Object.entries(config.promotion?.images ?? {}).map(([key, image]) => ({
      entry: `promotion.images.${key}`,
      repositories: image.repositories ?? [],
      tags: [...once("tag", image.tag), ...movingTags(image.tags)],
      identity: () => `promoted ${image.image ?? key}`,
    })),
  ];
}

function imageClaims(config: EnvironmentConfig): Claim[] {
  const images = configuredImages(config);
  return images.flatMap((image) => [
    ...image.repositories.flatMap((repository) => image.tags.map((tag) => tagClaim(image, repository, tag))),
    ...image.repositories
      .filter((repository) => images.some((other) => other !== image && other.repositories.includes(repository)))
      .flatMap((repository) => identityClaim(image, repository)),
  ]);
}

function tagClaim({ entry }: ConfiguredImage, repository: string, { path, tag }: { path: string; tag: string }): Claim {
  return {
    thing: `tag ${repository} ${tag}`,
    entry,
    path: `${entry}.${path}`,
    value: tag,
    already: `puts this tag into ${repository} already: a tag names one image of a repository`,
    fix: "give one of them another tag, or another repository.",
  };
}

function identityClaim({ entry, identity, repositories }: ConfiguredImage, repository: string): Claim[] {
  const image = identity();
  if (image === undefined) return [];
  return [
    {
      thing: `image ${repository} ${image}`,
      entry,
      path: `${entry}.repositories[${repositories.indexOf(repository)}]`,
      value: repository,
      already: "puts this very image into the repository already",
      fix: "put the tags of both into one entry, or leave the repository out of one.",
    },
  ];
}
