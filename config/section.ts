import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { z } from "zod";
import type { ImageBuild, PrivateRepository, PublicRepository } from "../components";
import type { Fault } from "../ecr/faults";
import type { RepositoryKey } from "../outputs/repositoryKey";
import type { Claim, PublishedImage } from "./conflicts";
import type { LogicalName, StackContext } from "./logicalNames";

/**
 * A section of the config. The config schema, its checks, the program and Pulumi.yaml are generated from the list in
 * `sections/index.ts`.
 *
 * @typeParam Config The parts of the config that the section reads: itself and the sections that it refers to.
 */
export interface Section<Config> {
  /** Keys and types, with the default and the description for Pulumi.yaml and docs/config.md. */
  schema: z.ZodType;
  /**
   * Reports what ECR and the components would reject, with paths into the config. Components validate their arguments
   * too, but when the last one throws, the first ones are already registered.
   *
   * @param region The provider's region, if known.
   */
  faults?: (config: Config, region?: string) => Fault[];
  /** Things that can exist only once in AWS, so that no two entries may describe them. */
  claims?: (config: Config, region?: string) => Claim[];
  /** The images that the section pushes into repositories. */
  publishedImages?: (config: Config) => PublishedImage[];
  /** The logical name of an entry's component. @default the entry's key */
  logicalName?: (config: Config, key: string, stack: StackContext) => LogicalName;
  /**
   * Creates the components.
   *
   * @returns A function that returns the outputs by their names in outputs/schema.ts; called after every section has
   *   created its components.
   */
  make?: (config: Config, stack: UnfinishedStack, named: ConstructorArguments) => () => Record<string, unknown>;
}

/** Constructor arguments of an entry's component: logical name, args, and options with aliases. */
type ConstructorArguments = <Args>(key: string, args: Args) => [string, Args, ComponentResourceOptions];

/** State shared while components are created: what a section provides for later ones. */
export interface UnfinishedStack extends StackContext {
  repositories: Map<RepositoryKey, PrivateRepository | PublicRepository>;
  /** How the first image of each repository is built, so that the push commands in the outputs build the same image. */
  builds: Map<RepositoryKey, ImageBuild>;
  /** Outputs of images, by key. */
  images: Record<string, unknown>;
}

/** Collects the faults of each entry in a section, with paths into the config. */
export function entryFaults<Entry>(
  section: string,
  entries: Readonly<Record<string, Entry>>,
  faultsOf: (entry: Entry, key: string) => readonly Fault[],
): Fault[] {
  return Object.entries(entries).flatMap(([key, entry]) =>
    faultsOf(entry, key).map((fault) => ({ ...fault, path: `${section}.${key}.${fault.path}` })),
  );
}
