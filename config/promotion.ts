import * as pulumi from "@pulumi/pulumi";
import type { ImageRepository } from "../components";
import { promoteImage } from "../components";
import { ProgramError } from "../components/programError";
import { EcrStack } from "../outputs";
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
  return Object.fromEntries(
    Object.entries(promotion.images).map(([key, { image: name = key, repositories = [], ...tags }]) => {
      const image = found.images[name];
      if (image === undefined) {
        const there = Object.keys(found.images).join(", ");
        throw new ProgramError(
          `promotion.images.${key}: the stack ${stack.name} has no image ${JSON.stringify(name)}: it has ${there || "none"}`,
        );
      }
      if (repositories.length === 0) return [key, image];
      const [kind, repositoryKey = ""] = image.repository.split("/");
      const copy = promoteImage(key, {
        source: image.reference,
        sourceRegion: kind === "private" ? found.privateRepositories[repositoryKey]?.region : undefined,
        repositories: repositories.map(repository),
        ...tags,
      });
      return [key, imageOutputs(copy, repositories)];
    }),
  );
}
