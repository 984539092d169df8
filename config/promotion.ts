import * as pulumi from "@pulumi/pulumi";
import type { ImageRepository } from "../components";
import { promoteImage } from "../components";
import { hostIn, privateLoginRefusal } from "../components/images/ecrLogin";
import { ProgramError } from "../components/programError";
import { publicSourceRefusal } from "../ecr/registryLogin";
import { type EcrOutputs, EcrStack, type ImageOutputs } from "../outputs";
import { imageOutputs } from "../outputs/imageOutputs";
import type { EnvironmentConfig } from "./schema";

type Promotion = NonNullable<EnvironmentConfig["promotion"]>;

/**
 * The images that come from the environment before this one: a copy with the same digest where the config names
 * repositories, else the other registry's own.
 *
 * @param repository What `private/<key>` and `public/<key>` stand for.
 * @returns What the outputs say of them, by key.
 * @throws ProgramError that names the stack and the image when the other environment does not have one of them.
 */
export async function promotedImages(promotion: Promotion, repository: (reference: string) => ImageRepository) {
  const { from: environment, project = pulumi.getProject(), organization } = promotion;
  const stack = new EcrStack({ organization, project, environment });
  const found = await stack.read();
  const sources = Object.entries(promotion.images).map(([key, { image: name = key, ...copy }]) => {
    const image = Object.hasOwn(found.images, name) ? found.images[name] : undefined;
    if (image !== undefined) return { key, image, copy };
    const there = Object.keys(found.images).join(", ");
    throw new ProgramError(
      `promotion.images.${key}: the stack ${stack.name} has no image ${JSON.stringify(name)}: it has ${there || "none"}`,
    );
  });
  await refuseForeignSources(stack.name, found, sources);
  return Object.fromEntries(
    sources.map(({ key, image, copy: { repositories = [], digest, ...tags } }) => {
      if (repositories.length === 0) return [key, image];
      const copy = promoteImage(key, {
        source: digest === undefined ? image.reference : `${image.reference.split("@")[0]}@${digest}`,
        sourceRegistry: privateRegistryOf(found, image),
        repositories: repositories.map(repository),
        ...tags,
      });
      return [key, imageOutputs(copy, repositories)];
    }),
  );
}

/** @throws ProgramError that names every image whose address is not in the registry that its repository is in. */
async function refuseForeignSources(
  stack: string,
  found: EcrOutputs,
  sources: readonly { key: string; image: ImageOutputs; copy: { repositories?: unknown[] } }[],
): Promise<void> {
  const faults = sources
    .filter(({ copy }) => (copy.repositories ?? []).length > 0)
    .map(async ({ key, image: { repository, reference }, image }) => {
      const registry = privateRegistryOf(found, image);
      const refusal = registry
        ? await privateLoginRefusal(registry, reference)
        : publicSourceRefusal(hostIn(reference));
      if (refusal === undefined) return [];
      return [
        `promotion.images.${key}: the stack ${stack} says that its ${repository} has ${reference}, but ${refusal}. Nothing was ` +
          "sent. Look who changed that stack's outputs.",
      ];
    });
  const messages = (await Promise.all(faults)).flat();
  if (messages.length > 0) throw new ProgramError(messages.join("\n"));
}

/** The private registry that an image is in; undefined when it is in the public one. */
function privateRegistryOf({ privateRepositories }: EcrOutputs, { repository }: ImageOutputs) {
  const key = repository.slice("private/".length);
  if (!repository.startsWith("private/")) return undefined;
  if (Object.hasOwn(privateRepositories, key)) return privateRepositories[key];
  throw new ProgramError(`the outputs have no ${repository}, which an image of theirs is in`);
}
