export { ContainerImage, type ContainerImageArgs, type ImageBuild } from "./containerImage";
export type { ImageRepository, RegistryCredentials } from "./imageRepository";
export { InputRefused } from "./inputChecks";
export { PrivateRepository, type PrivateRepositoryArgs } from "./privateRepository";
export { type CatalogDataArgs, PublicRepository, type PublicRepositoryArgs } from "./publicRepository";
