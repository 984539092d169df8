import { z } from "zod";
import { names, text } from "./common";

const repositories = z
  // What they stand for is looked up (environmentFaults.ts); the pattern is for editors.
  .array(z.string().meta({ pattern: "^(private|public)\\/.+$" }))
  .min(1)
  .describe("Where the image goes: `private/<key>`, `public/<key>`. The others get the first one's digest");
const movingTags = z.array(z.string()).describe("Tags that follow the image, such as `latest`. Default: none");

export const containerImage = z.strictObject({
  context: text.describe("Folder that is sent to Docker, relative to the project's root"),
  dockerfile: text.optional().describe("Dockerfile, relative to the project's root. Default: `<context>/Dockerfile`"),
  args: z.record(z.string(), z.string()).optional().describe("Build arguments; no secrets. Default: none"),
  publicArgs: names.optional().describe("Arguments whose names look like secrets and are none. Default: none"),
  target: text.optional().describe("Stage to build. Default: the last one"),
  platform: text.optional().describe("Operating system and architecture, one of each. Default: `linux/amd64`"),
  platforms: names
    .optional()
    .describe("Several platforms: the image is an index of one build for each. Default: `platform` alone"),
  builders: z
    .record(z.string(), text)
    .optional()
    .describe("Docker engines of their own for some platforms, such as `ssh://user@arm-machine`. Default: none"),
  extraHosts: z
    .record(z.string(), z.string())
    .optional()
    .describe("Names that resolve to an address during the build. Default: none"),
  network: text.optional().describe("Network of `RUN` instructions. Default: Docker's own"),
  cacheFrom: names.optional().describe("Tags of the first repository that serve as build cache. Default: none"),
  rebuild: text.optional().describe("Any text; another one forces a new build. Default: none"),
  tagFrom: z
    .union([
      z.literal("content"),
      z.literal("git"),
      z.strictObject({ git: z.strictObject({ dirtyTree: z.enum(["mark", "refuse"]) }) }),
      z.strictObject({ fixed: text }),
    ])
    .optional()
    .describe("What the image's own tag is made from. Default: `content`"),
  repositories,
  tags: movingTags.optional(),
});

export const mirroredImage = z.strictObject({
  source: text.optional().describe("An image in a registry, as `docker pull` takes it. Either this or `localImage`"),
  localImage: text.optional().describe("An image that Docker holds where `pulumi up` runs. Either this or `source`"),
  platform: text
    .optional()
    .describe(
      "One image of an index of several platforms. Default: the whole index, of a `localImage` what Docker holds",
    ),
  tag: text.optional().describe("A tag to be given once, such as the source's version. Default: none"),
  exact: z
    .boolean()
    .optional()
    .describe(
      "Whether a repository is refused that has another image under this one's own tag than `source` names by its digest. Default: false",
    ),
  refresh: text.optional().describe("Any text; another one looks the source up again. Default: none"),
  username: text.optional().describe("Login for the source's registry. Default: Docker's own login"),
  password: text.optional().describe("Its password: write it with `pulumi config set --secret`. Default: none"),
  repositories,
  tags: movingTags.optional(),
});

export const promotion = z.strictObject({
  from: text.describe("Environment whose images are taken, as its stack's outputs name them"),
  project: text.optional().describe("Project of that stack. Default: this one"),
  organization: text.optional().describe("Pulumi organization of that stack. Default: this one"),
  images: z
    .record(
      text,
      z.strictObject({
        image: text.optional().describe("The image's key there. Default: the key here"),
        digest: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/, { error: "must be sha256: and 64 hexadecimal digits" })
          .optional()
          .describe(
            "Which of that image's versions is copied, whatever the environment has now: for a release that can be " +
              "repeated, and the way back to the one before. Default: the one that it has now",
          ),
        repositories: repositories
          .optional()
          .describe("Where a copy with the same digest goes. Default: no copy; the other registry's is used"),
        tag: text.optional().describe("Release tag that the copy is given once. Default: none"),
        tags: movingTags.optional(),
      }),
    )
    .describe("By the image's key in this environment"),
});
