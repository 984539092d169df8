const repository = ["url", "arn", "repositoryName", "registryId", "region"] as const;
const image = ["tag", "digest", "reference", "references"] as const;

/** The components of the package, with the outputs available in every language. */
export const componentOutputs = {
  PrivateRepository: repository,
  PublicRepository: repository,
  ExistingPrivateRepository: repository,
  ExistingPublicRepository: repository,
  ContainerImage: image,
  MirroredImage: image,
  Registry: ["registryId", "region", "url", "cacheUrls"],
  PushRole: ["roleArn", "roleName", "providerArn"],
  RegistryEvents: ["topicArn", "ruleArns"],
} as const;

export type ComponentName = keyof typeof componentOutputs;

/** Outputs that a component has only with some arguments. */
export const optionalOutputs: readonly string[] = ["topicArn"];
