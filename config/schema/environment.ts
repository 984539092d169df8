import { z } from "zod";
import { tags, text } from "./common";
import { costs } from "./costs";
import { pushRole, registryEvents } from "./delivery";
import { containerImage, mirroredImage, promotion } from "./images";
import { registry } from "./registry";
import {
  privateRepository,
  privateRepositoryDefaults,
  publicRepository,
  publicRepositoryDefaults,
} from "./repositories";

/**
 * The config of one environment, below the namespace `ecr:` of Pulumi.<env>.yaml. It is the one source of the docs'
 * config reference and of the JSON Schema for editors.
 */
export const environmentSchema = z.strictObject({
  defaults: z
    .strictObject({
      privateRepository: privateRepositoryDefaults.optional().describe("Settings of every private repository"),
      publicRepository: publicRepositoryDefaults.optional().describe("Settings of every public repository"),
    })
    .default({})
    .describe("Settings that repositories have unless they say otherwise"),
  privateRepositories: z.record(text, privateRepository).default({}).describe("Private repositories, by key"),
  publicRepositories: z.record(text, publicRepository).default({}).describe("Public repositories, by key"),
  images: z.record(text, containerImage).default({}).describe("Images to build and push, by key"),
  mirroredImages: z
    .record(text, mirroredImage)
    .default({})
    .describe("Existing images to copy into repositories without a build, by key"),
  promotion: promotion
    .optional()
    .describe("Images that come from the environment before this one, digest unchanged; then none are built here"),
  registries: z.record(text, registry).default({}).describe("Account-wide settings of a region's registry, by key"),
  pushRoles: z.record(text, pushRole).default({}).describe("Roles with which CI systems push without keys, by key"),
  registryEvents: z
    .record(text, registryEvents)
    .default({})
    .describe("Messages about pushes, deletions and findings, by key"),
  costs: costs.optional().describe("What the cost estimate goes by"),
  tags: tags.default({}).describe("Tags of every resource"),
});

export type EnvironmentConfig = z.infer<typeof environmentSchema>;
