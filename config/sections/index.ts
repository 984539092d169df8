import { z } from "zod";
import type { Fault } from "../../ecr/faults";
import { conflictFaults, imageClaims } from "../conflicts";
import type { StackContext } from "../logicalNames";
import type { Section, UnfinishedStack } from "../section";
import { costs } from "./costs";
import { defaults } from "./defaults";
import { images } from "./images";
import { mirroredImages } from "./mirroredImages";
import { privateRepositories } from "./privateRepositories";
import { promotion } from "./promotion";
import { publicRepositories } from "./publicRepositories";
import { pushRoles } from "./pushRoles";
import { registries } from "./registries";
import { registryEvents } from "./registryEvents";
import { tags } from "./tags";

/** Every section by its key, in the order of the docs and of resource creation. */
const sections = {
  defaults,
  privateRepositories,
  publicRepositories,
  images,
  mirroredImages,
  promotion,
  registries,
  pushRoles,
  registryEvents,
  costs,
  tags,
};

type Schemas = { [Key in keyof typeof sections]: (typeof sections)[Key]["schema"] };

/**
 * The schema of one environment's config, under the namespace `ecr:` in Pulumi.<env>.yaml. It is the single source for
 * the config reference, the JSON Schema for editors and the config block in Pulumi.yaml.
 */
export const environmentSchema = z.strictObject(
  Object.fromEntries(Object.entries(sections).map(([key, { schema }]) => [key, schema])) as Schemas,
);

export type EnvironmentConfig = z.infer<typeof environmentSchema>;

const allSections: readonly Section<EnvironmentConfig>[] = Object.values(sections);

/**
 * Reports what any of the components would reject, with paths into the config.
 *
 * @param region The provider's region, if known.
 */
export function environmentFaults(config: EnvironmentConfig, region?: string): Fault[] {
  return [
    ...allSections.flatMap(({ faults }) => faults?.(config, region) ?? []),
    ...conflictFaults([
      ...allSections.flatMap(({ claims }) => claims?.(config, region) ?? []),
      ...imageClaims(allSections.flatMap(({ publishedImages }) => publishedImages?.(config) ?? [])),
    ]),
  ];
}

/**
 * Creates all components.
 *
 * @returns The outputs for other stacks; their contract is outputs/schema.ts.
 */
export function makeEnvironment(config: EnvironmentConfig, context: StackContext): Record<string, unknown> {
  const stack: UnfinishedStack = { ...context, repositories: new Map(), builds: new Map(), images: {} };
  const outputs = allSections.map(({ make, logicalName }) =>
    make?.(config, stack, (key, args) => {
      const { name, aliases } = logicalName?.(config, key, stack) ?? { name: key, aliases: [] };
      return [name, args, { aliases }];
    }),
  );
  return Object.assign({}, ...outputs.map((each) => each?.()));
}
