const text = { type: "string" };
const login = { $ref: "#/types/ecr:index:Login" };
const texts = { type: "array", items: text };

/** The package's schema: what `pulumi package get-schema` prints, and languages other than Node's generate from. */
export function schema(version: string) {
  const imageCopy = {
    source: {
      ...text,
      description:
        "Image, index or artifact to copy: `<url>@<digest>`, or `<url>:<tag>`, looked up when the copy is made.",
    },
    repository: { ...text, description: "Address of the repository that gets the copy, without a tag." },
    tag: { ...text, description: "Put last. A tag that names another image is never moved." },
    platforms: {
      ...texts,
      description: "Only these of an index, such as `linux/amd64`: a new index, whose digest is another one.",
    },
    referrers: { type: "boolean", description: "Whether signatures, SBOMs and attestations follow. Default: true." },
  };
  const logins = {
    sourceLogin: { ...login, description: "Default: what `docker login` left for the registry, else anonymous." },
    repositoryLogin: { ...login, description: "Default: what `docker login` left for the registry, else anonymous." },
  };
  const imageTags = {
    image: { ...text, description: "The image in the first of the repositories: `<url>:<tag>`." },
    tags: { ...texts, description: "What the image is to be called in each repository, beside its own tag." },
  };
  const imageUpload = {
    localImage: { ...text, description: "The image's name in Docker, for messages." },
    imageId: { ...text, description: "Its id, as `docker image inspect` says it: what is pushed." },
    platform: {
      ...text,
      description: "One image of an index, such as `linux/arm64`, or the one that a single image must have.",
    },
    repository: { ...text, description: "Address of the repository that gets the image, without a tag." },
    tag: imageCopy.tag,
  };
  const imageIndex = {
    images: {
      type: "array",
      items: { $ref: "#/types/ecr:index:PlatformImage" },
      description: "The images, one for each platform. Docker has to hold them when the index is made.",
    },
    repository: { ...text, description: "Address of the repository that gets the index, without a tag." },
    tag: imageCopy.tag,
  };
  const digest = { ...text, description: "The image's digest, as its registry says it." };
  return {
    name: "ecr",
    version,
    description: "Amazon ECR as code: images carried from registry to registry as the very bytes, without Docker",
    license: "Apache-2.0",
    types: {
      "ecr:index:Login": {
        type: "object",
        description: "Login for a registry. Another one is no change.",
        properties: { username: text, password: { ...text, secret: true } },
      },
      "ecr:index:PlatformImage": {
        type: "object",
        description: "An image of an index.",
        properties: {
          platform: { ...text, description: "Such as `linux/arm64`. An image for another one is refused." },
          imageId: { ...text, description: "Its id, as `docker image inspect` says it: what is pushed." },
        },
        required: ["platform", "imageId"],
      },
      "ecr:index:TaggedRepository": {
        type: "object",
        description: "A repository that holds the image.",
        properties: {
          url: { ...text, description: "Its address." },
          keptTags: {
            ...texts,
            description:
              "Those of the tags that it does not let move: where one names another image, nothing is tagged.",
          },
        },
        required: ["url"],
      },
    },
    resources: {
      "ecr:index:ImageCopy": {
        description:
          "An image copied into a repository as the very bytes, with what refers to it. Deletion leaves it there.",
        inputProperties: { ...imageCopy, ...logins },
        requiredInputs: ["source", "repository"],
        properties: {
          ...imageCopy,
          digest,
          mediaType: text,
          reference: { ...text, description: "`<url>@<digest>` in the repository." },
        },
        required: ["source", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageIndex": {
        description:
          "One image for several platforms, put together of images that Docker holds. Deletion leaves it in its registry.",
        inputProperties: {
          ...imageIndex,
          dockerHosts: {
            ...texts,
            description:
              "Addresses of the Docker engines that hold them, in their order. Default, and for an empty one: what the " +
              "`docker` client uses.",
          },
          repositoryLogin: logins.repositoryLogin,
        },
        requiredInputs: ["images", "repository"],
        properties: {
          ...imageIndex,
          digest,
          mediaType: text,
          reference: { ...text, description: "`<url>@<digest>` in the repository." },
        },
        required: ["images", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageUpload": {
        description: "An image that Docker holds, pushed to a repository. Deletion leaves it there.",
        inputProperties: {
          ...imageUpload,
          dockerHost: { ...text, description: "Address of the Docker engine. Default: what the `docker` client uses." },
          repositoryLogin: logins.repositoryLogin,
        },
        requiredInputs: ["localImage", "imageId", "repository"],
        properties: {
          ...imageUpload,
          digest,
          mediaType: text,
          reference: { ...text, description: "`<url>@<digest>` in the repository." },
        },
        required: ["localImage", "imageId", "repository", "digest", "mediaType", "reference"],
      },
      "ecr:index:ImageTags": {
        description:
          "Tags of an image in its repositories. What an immutable tag holds is looked up before anything is put.",
        inputProperties: {
          ...imageTags,
          repositories: { type: "array", items: { $ref: "#/types/ecr:index:TaggedRepository" } },
          logins: {
            type: "array",
            items: login,
            description:
              "In the order of the repositories. Default: what `docker login` left for them, else anonymous.",
          },
        },
        requiredInputs: ["image", "repositories", "tags"],
        properties: { ...imageTags, digest, references: texts },
        required: ["image", "tags", "digest", "references"],
      },
    },
  };
}
