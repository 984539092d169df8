const stringType = { type: "string" };
const login = { $ref: "#/types/ecr:index:Login" };
const stringListType = { type: "array", items: stringType };

/** The schema of the image resources; `npm run docs` adds the components (docs/generate/packageSchema.ts). */
export function resourceSchema(version: string) {
  const imageCopy = {
    source: {
      ...stringType,
      description:
        "Image, index or artifact to copy: `<url>@<digest>`, or `<url>:<tag>`, which is resolved when the copy is made.",
    },
    repository: { ...stringType, description: "Address of the repository that gets the copy, without a tag." },
    tag: {
      ...stringType,
      description: "Tag that the copy gets last. A tag that points to another image is never moved.",
    },
    platforms: {
      ...stringListType,
      description: "Only these platforms of an index, such as `linux/amd64`: a new index with a different digest.",
    },
    referrers: {
      type: "boolean",
      description: "Whether signatures, SBOMs and attestations are copied too. Default: true.",
    },
  };
  const logins = {
    sourceLogin: { ...login, description: "Default: the registry's `docker login`, or anonymous." },
    repositoryLogin: { ...login, description: "Default: the registry's `docker login`, or anonymous." },
  };
  const imageTags = {
    image: { ...stringType, description: "The image in the first of the repositories: `<url>:<tag>`." },
    tags: { ...stringListType, description: "Tags that the image gets in each repository in addition to its own tag." },
  };
  const imageUpload = {
    localImage: { ...stringType, description: "The image's name in Docker, for messages." },
    imageId: { ...stringType, description: "Its id, as `docker image inspect` shows it: what is pushed." },
    platform: {
      ...stringType,
      description: "One image of an index, such as `linux/arm64`, or the one that a single image must have.",
    },
    repository: { ...stringType, description: "Address of the repository that gets the image, without a tag." },
    tag: imageCopy.tag,
  };
  const imageIndex = {
    images: {
      type: "array",
      items: { $ref: "#/types/ecr:index:PlatformImage" },
      description: "The images, one for each platform. Docker must have them when the index is created.",
    },
    repository: { ...stringType, description: "Address of the repository that gets the index, without a tag." },
    tag: imageCopy.tag,
  };
  const digest = { ...stringType, description: "The image's digest, as its registry reports it." };
  return {
    name: "ecr",
    version,
    description: "Amazon ECR as code: images copied from registry to registry byte for byte, without Docker",
    license: "Apache-2.0",
    types: {
      "ecr:index:Login": {
        type: "object",
        description: "Login for a registry. A new login is not a change.",
        properties: { username: stringType, password: { ...stringType, secret: true } },
      },
      "ecr:index:PlatformImage": {
        type: "object",
        description: "An image of an index.",
        properties: {
          platform: { ...stringType, description: "Such as `linux/arm64`. An image for another platform is refused." },
          imageId: { ...stringType, description: "Its id, as `docker image inspect` shows it: what is pushed." },
        },
        required: ["platform", "imageId"],
      },
      "ecr:index:TaggedRepository": {
        type: "object",
        description: "A repository that has the image.",
        properties: {
          url: { ...stringType, description: "Its address." },
          keptTags: {
            ...stringListType,
            description:
              "The tags that it does not allow to move: if one of them points to another image, nothing is tagged.",
          },
        },
        required: ["url"],
      },
    },
    resources: {
      "ecr:index:ImageCopy": {
        description:
          "An image copied into a repository byte for byte, with its referrers. Deleting the resource leaves the image there.",
        inputProperties: { ...imageCopy, ...logins },
        requiredInputs: ["source", "repository"],
        properties: {
          ...imageCopy,
          digest,
          mediaType: stringType,
          reference: { ...stringType, description: "`<url>@<digest>` in the repository." },
        },
        required: ["source", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageIndex": {
        description:
          "One image for several platforms, assembled from images in Docker. Deleting the resource leaves it in its registry.",
        inputProperties: {
          ...imageIndex,
          dockerHosts: {
            ...stringListType,
            description:
              "Addresses of the Docker engines that have them, in the same order. Default, and for an empty one: what the " +
              "`docker` client uses.",
          },
          repositoryLogin: logins.repositoryLogin,
        },
        requiredInputs: ["images", "repository"],
        properties: {
          ...imageIndex,
          digest,
          mediaType: stringType,
          reference: { ...stringType, description: "`<url>@<digest>` in the repository." },
        },
        required: ["images", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageUpload": {
        description: "An image in Docker, pushed to a repository. Deleting the resource leaves the image there.",
        inputProperties: {
          ...imageUpload,
          dockerHost: {
            ...stringType,
            description: "Address of the Docker engine. Default: what the `docker` client uses.",
          },
          repositoryLogin: logins.repositoryLogin,
        },
        requiredInputs: ["localImage", "imageId", "repository"],
        properties: {
          ...imageUpload,
          digest,
          mediaType: stringType,
          reference: { ...stringType, description: "`<url>@<digest>` in the repository." },
        },
        required: ["localImage", "imageId", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageTags": {
        description: "Tags of an image in its repositories. Immutable tags are looked up before anything is tagged.",
        inputProperties: {
          ...imageTags,
          repositories: { type: "array", items: { $ref: "#/types/ecr:index:TaggedRepository" } },
          logins: {
            type: "array",
            items: login,
            description: "In the order of the repositories. Default: their `docker login`, or anonymous.",
          },
        },
        requiredInputs: ["image", "repositories", "tags"],
        properties: { ...imageTags, digest, references: stringListType },
        required: ["image", "tags", "digest", "references"],
      },
    },
  };
}
