import * as pulumi from "@pulumi/pulumi";
import { canonicalReference, hostAndPath, parseImageReference } from "../../ecr/names/imageReference";
import { type Credentials, RegistryLogin } from "../../ecr/registry/registryLogin";
import { InputRefused } from "../inputChecks";
import { imageCopyType } from "./imageCopy";
import { copyTo, findImageResource, type ImageMaker, loginOf } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import { knownValue } from "./imageState";
import { ImageUpload, imageUploadType } from "./imageUpload";
import { dockerHost, findLocalImage } from "./localImage";
import { findSourceImage } from "./sourceImage";

/** What a maker needs to know about the image. */
interface MirrorContext {
  parent: pulumi.ComponentResource;
  name: string;
  subject: string;
  identity: string;
}

/** The requested source, as in MirroredImageArgs. */
interface MirrorArgs {
  platform?: string;
  username?: pulumi.Input<string>;
  password?: pulumi.Input<string>;
}

/** Copies the source as it is now, and keeps to that image afterwards. */
export function copyMaker(
  image: MirrorContext,
  source: string,
  { platform, username, password }: MirrorArgs,
  primary: ImageRepository,
): ImageMaker {
  const given = username === undefined || password === undefined ? undefined : { username, password };
  const copy = (pinned: pulumi.Input<string>) =>
    copyTo(image, primary, image.name, { source: pinned, sourceLogin: given });
  return {
    findResource(state, url) {
      const made = findImageResource(state, imageCopyType, image, url);
      // A copy from another of the image's repositories is not a copy of the source, and the source's credentials do
      // not fit it.
      return String(made?.outputs["source"]).startsWith(`${hostOf(source)}/`) ? made : undefined;
    },

    async createResource(_, made) {
      if (made !== undefined) return copy(String(made.outputs["source"]));
      const login = given && (await knownValue(pulumi.output(given)));
      // In a preview the credentials may be unknown, and so is where the source leads.
      if (given !== undefined && login === undefined) return copy(pulumi.output(given.password).apply(() => source));
      return copy(await findSource(image.subject, source, platform, login));
    },
  };
}

/** The source as an immutable reference; refused when it does not exist. */
async function findSource(
  subject: string,
  source: string,
  platform: string | undefined,
  login: Credentials | undefined,
): Promise<string> {
  const found = await findSourceImage(source, platform, login && loginFor(source, login));
  if ("faults" in found) throw new InputRefused(subject, found.faults);
  return found.reference;
}

/** Credentials given for a source are for its registry only. */
function loginFor(source: string, credentials: Credentials): RegistryLogin {
  return RegistryLogin.ofHost(hostOf(source), credentials);
}

/** The host of an image's registry, as Docker parses its name. */
function hostOf(reference: string): string {
  return hostAndPath(canonicalReference(parseImageReference(reference))).host;
}

/** Pushes the image that Docker has now, and keeps to that image afterwards. */
export function localMaker(
  image: MirrorContext,
  localImage: string,
  { platform }: Pick<MirrorArgs, "platform">,
  primary: ImageRepository,
): ImageMaker {
  const upload = (imageId: string) =>
    new ImageUpload(
      image.name,
      {
        localImage,
        imageId,
        dockerHost: dockerHost(),
        platform,
        repository: primary.url,
        repositoryLogin: loginOf(primary),
        tag: image.identity,
      },
      { parent: image.parent, replaceWith: [primary.repository] },
    );
  return {
    findResource: (state, url) => findImageResource(state, imageUploadType, image, url),

    createResource(_, made) {
      if (made !== undefined) return upload(String(made.outputs["imageId"]));
      const found = findLocalImage(localImage, platform);
      if ("faults" in found) throw new InputRefused(image.subject, found.faults);
      return upload(found.id);
    },
  };
}
