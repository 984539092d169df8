export {
  ContainerImage,
  type ContainerImageArgs,
  containerImageFaults,
  type ImageBuild,
  type ImageTarget,
} from "./containerImage";
export type { ImageRepository, RegistryCredentials } from "./imageRepository";
export { InputRefused, refuseInput } from "./inputChecks";
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
