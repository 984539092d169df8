export type { AdoptionArgs } from "./adoption";
export type { CatalogDataArgs } from "./catalogData";
export {
  ContainerImage,
  type ContainerImageArgs,
  containerImageFaults,
  type ImageBuild,
} from "./containerImage";
export { ExistingPrivateRepository, type ExistingPrivateRepositoryArgs } from "./existingPrivateRepository";
export { ExistingPublicRepository, type ExistingPublicRepositoryArgs } from "./existingPublicRepository";
export type { ImageRepository, RegistryCredentials } from "./imageRepository";
export type { ImageTarget } from "./imageTargets";
export { InputRefused, refuseInput } from "./inputChecks";
export { MirroredImage, type MirroredImageArgs, mirroredImageFaults } from "./mirroredImage";
export { PrivateRepository } from "./privateRepository";
export type { PrivateRepositoryArgs } from "./privateRepositoryArgs";
export { privateRepositoryFaults, privateTagSettings } from "./privateRepositorySettings";
export { type PromotedImage, type PromotionArgs, promoteImage } from "./promotion";
export { publicTagSettings } from "./publicImages";
export { PublicRepository, type PublicRepositoryArgs, publicRepositoryFaults } from "./publicRepository";
export { lambdaDeployPolicy, pullPolicy, pullPolicyFaults } from "./pullPolicy";
export { pushPolicy, pushPolicyFaults } from "./pushPolicy";
export { PushRole, type PushRoleArgs, pushRoleFaults } from "./pushRole";
export { Registry, registryFaults } from "./registry";
export type {
  AccountSettingsArgs,
  CreationTemplateArgs,
  PullThroughCacheArgs,
  RegistryArgs,
  RegistryScanningArgs,
  ReplicationRuleArgs,
} from "./registryArgs";
export { RegistryEvents, type RegistryEventsArgs, registryEventsFaults } from "./registryEvents";
export type { AccessArgs, PublicAccessArgs } from "./repositoryAccess";
export type { RepositoryReference } from "./repositoryReference";
export type { TagFrom } from "./tagStrategy";
