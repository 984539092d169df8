import { z } from "zod";
import { catalogArchitectures, catalogOperatingSystems } from "../ecr/catalogData";
import { imageTagMutabilities } from "../ecr/tagMutability";

// The shape of Pulumi.<env>.yaml. What a value means and what ECR accepts is checked where it is used (components/ and
// ecr/); here only keys and types are. Every object is strict: a misspelt key is an error, never a silent default.

const text = z.string().min(1);
const tags = z.record(z.string(), z.string());

const privateRepository = z.strictObject({
  /** Name in the registry. Default: the key that this stands under. */
  repositoryName: text.optional(),
  encryption: z.enum(["aes256", "kms", "kmsDsse"]).optional(),
  kmsKey: text.optional(),
  createKey: z.boolean().optional(),
  imageTagMutability: z.enum(imageTagMutabilities).optional(),
  exclusionFilters: z.array(z.string()).optional(),
  scanOnPush: z.boolean().optional(),
  /** `false` for none, a list of rules in words, or an ECR document; ecr/lifecyclePolicy checks them key by key. */
  lifecyclePolicy: z
    .union([z.literal(false), z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
    .optional(),
  forceDelete: z.boolean().optional(),
  region: text.optional(),
  tags: tags.optional(),
});

const publicRepository = z.strictObject({
  repositoryName: text.optional(),
  catalogData: z
    .strictObject({
      description: z.string().optional(),
      aboutText: z.string().optional(),
      usageText: z.string().optional(),
      architectures: z.array(z.enum(catalogArchitectures)).optional(),
      operatingSystems: z.array(z.enum(catalogOperatingSystems)).optional(),
      /** Path of a PNG file, relative to the project's root. */
      logoFile: text.optional(),
    })
    .optional(),
  forceDestroy: z.boolean().optional(),
  region: text.optional(),
  tags: tags.optional(),
});

const image = z.strictObject({
  context: text,
  dockerfile: text.optional(),
  args: z.record(z.string(), z.string()).optional(),
  target: text.optional(),
  /** Default: `linux/amd64`. */
  platform: text.optional(),
  /** Where the image goes, as `private/<key>` or `public/<key>`. It is built for the first, the others get the same digest. */
  repositories: z
    .array(z.string().regex(/^(private|public)\/.+$/, { error: "must be private/<key> or public/<key>" }))
    .min(1),
  /** Moving tags that follow the image, beside its content tag. Default: none. */
  tags: z.array(z.string()).optional(),
});

/** The config of one environment, below the namespace `ecr:`. */
export const environmentSchema = z.strictObject({
  privateRepositories: z.record(text, privateRepository).default({}),
  publicRepositories: z.record(text, publicRepository).default({}),
  images: z.record(text, image).default({}),
  tags: tags.default({}),
});

export type EnvironmentConfig = z.infer<typeof environmentSchema>;
