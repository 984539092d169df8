import { z } from "zod";
import type { Section } from "../section";
import { privateRepositoryDefaults } from "./privateRepositories";
import { publicRepositoryDefaults } from "./publicRepositories";

export const defaults = {
  schema: z
    .strictObject({
      privateRepository: privateRepositoryDefaults.optional().describe("Settings of every private repository"),
      publicRepository: publicRepositoryDefaults.optional().describe("Settings of every public repository"),
    })
    .default({})
    .describe("Settings that repositories have unless they set their own"),
} satisfies Section<unknown>;
