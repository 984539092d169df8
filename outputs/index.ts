export { EcrStack, type EcrStackArgs, type PrivateImage } from "./ecrStack";
export { type EcrOutputs, type ImageOutputs, outputsVersion, type PrivateRepositoryOutputs } from "./schema";
