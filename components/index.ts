export {
  ContainerImage,
  type ContainerImageArgs,
  containerImageFaults,
  type ImageBuild,
} from "./containerImage";
export type { ImageRepository, RegistryCredentials } from "./imageRepository";
export type { ImageTarget } from "./imageTargets";
export { InputRefused, refuseInput } from "./inputChecks";
export { MirroredImage, type MirroredImageArgs, mirroredImageFaults } from "./mirroredImage";
export {
  PrivateRepository,
  type PrivateRepositoryArgs,
  privateRepositoryFaults,
  privateTagSettings,
} from "./privateRepository";
export {
  type CatalogDataArgs,
  PublicRepository,
  type PublicRepositoryArgs,
  publicRepositoryFaults,
  publicTagSettings,
} from "./publicRepository";
export { Registry, registryFaults } from "./registry";
export type {
  AccountSettingsArgs,
  CreationTemplateArgs,
  PullThroughCacheArgs,
  RegistryArgs,
  RegistryScanningArgs,
  ReplicationRuleArgs,
} from "./registryArgs";
export type { TagFrom } from "./tagStrategy";
