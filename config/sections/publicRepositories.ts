import { z } from "zod";
import { PublicRepository, type PublicRepositoryArgs } from "../../components";
import { publicRepositoryFaults } from "../../components/repositories/publicRepository";
import { repositoryOutputs } from "../../outputs/repositoryOutputs";
import { createdEntries } from "../../outputs/withoutSkipped";
import { knownLogicalName } from "../logicalNames";
import { mapValues } from "../mapValues";
import { registryName, repositoryClaim, repositoryFaults } from "../repositorySettings";
import type { Section } from "../section";
import * as parts from "../sharedSchemas";
import { allTags, type TagsConfig } from "./tags";

const publicSettings = {
  access: parts.publicAccess.optional(),
  forceDestroy: z.boolean().optional().describe("Delete the repository even when it holds images. Default: `false`"),
  protect: parts.protect.optional(),
  retainOnDelete: parts.retainOnDelete.optional(),
  tags: parts.repositoryTags,
};

export const publicRepositoryDefaults = z.strictObject(publicSettings);

const entry = z.strictObject({
  repositoryName: parts.repositoryName.optional(),
  catalogData: z
    .strictObject({
      description: z.string().optional().describe("Short text of search results, at most 1,024 bytes in UTF-8"),
      aboutText: z.string().optional().describe("Description of the images in Markdown, at most 10,240 bytes in UTF-8"),
      aboutFile: parts.nonEmptyString.optional().describe("The same as a Markdown file in the project's folder"),
      usageText: z.string().optional().describe("How to use the images, in Markdown, at most 10,240 bytes in UTF-8"),
      usageFile: parts.nonEmptyString.optional().describe("The same as a Markdown file in the project's folder"),
      architectures: z
        .array(z.string())
        .optional()
        .describe("`ARM`, `ARM 64`, `x86`, `x86-64`; the gallery shows no badge for any other name"),
      operatingSystems: z
        .array(z.string())
        .optional()
        .describe("`Linux`, `Windows`; the gallery shows no badge for any other name"),
      logoFile: parts.nonEmptyString
        .optional()
        .describe("A PNG file of at most 512,000 bytes, in the project's folder"),
    })
    .optional()
    .describe("What the public gallery shows. Default: nothing"),
  ...parts.orNull(publicSettings),
  region: parts.nonEmptyString.optional().describe("`us-east-1`, the only region of ECR Public. Default: `us-east-1`"),
  import: parts.adopted.optional(),
});

export interface PublicRepositoriesConfig extends TagsConfig {
  defaults: { publicRepository?: z.infer<typeof publicRepositoryDefaults> };
  publicRepositories: Record<string, z.infer<typeof entry>>;
}

export const publicRepositories = {
  schema: z.record(parts.nonEmptyString, entry).default({}).describe("Public repositories, by key"),

  faults: (config) => {
    const defaults = { kind: "publicRepository", settings: config.defaults.publicRepository };
    return repositoryFaults("publicRepositories", config.publicRepositories, defaults, (key) =>
      publicRepositoryFaults(key, publicRepositoryArgs(config, key)),
    );
  },

  claims: (config) =>
    Object.entries(config.publicRepositories).map(([key, own]) => repositoryClaim("publicRepositories", key, own)),

  // The repository's name.
  logicalName: (config, key, { state }) => {
    const repositoryName = registryName(config.publicRepositories[key], key);
    return knownLogicalName(repositoryName, state, [
      { types: publicRepositoryTypes.repository, outputs: { repositoryName } },
      { types: publicRepositoryTypes.policy, outputs: { repositoryName } },
    ]);
  },

  make: (config, stack, named) => {
    const made = mapValues(
      config.publicRepositories,
      (_, key) => new PublicRepository(...named(key, publicRepositoryArgs(config, key))),
    );
    for (const [key, each] of Object.entries(made)) stack.repositories.set(`public/${key}`, each);
    return () => ({
      publicRepositories: createdEntries(made, (each, key) =>
        repositoryOutputs(each, stack.builds.get(`public/${key}`)),
      ),
    });
  },
} satisfies Section<PublicRepositoriesConfig>;

/** Resource types in a stack's state: see StateResource.types. */
export const publicRepositoryTypes = {
  component: "ecr:index:PublicRepository",
  repository: "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository",
  policy: "ecr:index:PublicRepository$aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
};

export function publicRepositoryArgs(config: PublicRepositoriesConfig, key: string): PublicRepositoryArgs {
  const { publicRepository: defaults = {} } = config.defaults;
  const own = config.publicRepositories[key] ?? {};
  return {
    ...parts.withoutNulls({ ...defaults, ...own }),
    repositoryName: registryName(own, key),
    tags: allTags(config, defaults.tags, own.tags),
  } as PublicRepositoryArgs;
}
