import * as pulumi from "@pulumi/pulumi";
import { canonicalReference, parseImageReference, registryPlace } from "../../ecr/imageReference";
import { type Credentials, RegistryLogin } from "../../ecr/registryLogin";
import { refuseInput } from "../inputChecks";
import { imageCopyType } from "./imageCopy";
import { copyTo, findMade, type ImageMaker, loginOf } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import { knownValue } from "./imageState";
import { ImageUpload, imageUploadType } from "./imageUpload";
import { dockerHost, findLocalImage } from "./localImage";
import { findSourceImage } from "./sourceImage";

/** What a maker has to know of the image. */
interface MirrorNames {
  parent: pulumi.ComponentResource;
  name: string;
  subject: string;
  identity: string;
}

/** What is asked for, as of MirroredImageArgs. */
interface MirrorArgs {
  platform?: string;
  username?: pulumi.Input<string>;
  password?: pulumi.Input<string>;
}

/** Copies the source as it is now; from then on that very image. */
export function copyMaker(
  image: MirrorNames,
  source: string,
  { platform, username, password }: MirrorArgs,
  primary: ImageRepository,
): ImageMaker {
  const given = username === undefined || password === undefined ? undefined : { username, password };
  const copy = (pinned: pulumi.Input<string>) =>
    copyTo(image, primary, image.name, { source: pinned, sourceLogin: given });
  return {
    findMade(state, url) {
      const made = findMade(state, imageCopyType, image, url);
      // One that came from another repository of the image is no copy of the source, whose login is not for that registry.
      return String(made?.outputs["source"]).startsWith(`${hostOf(source)}/`) ? made : undefined;
    },

    async make(_, made) {
      if (made !== undefined) return copy(String(made.outputs["source"]));
      const login = given && (await knownValue(pulumi.output(given)));
      // A preview that does not know the login yet cannot say where it leads.
      if (given !== undefined && login === undefined) return copy(pulumi.output(given.password).apply(() => source));
      return copy(await findSource(image.subject, source, platform, login));
    },
  };
}

/** The source, named so that nothing can change it; refused when there is none. */
async function findSource(
  subject: string,
  source: string,
  platform: string | undefined,
  login: Credentials | undefined,
): Promise<string> {
  const found = await findSourceImage(source, platform, login && loginFor(source, login));
  if (!("faults" in found)) return found.reference;
  refuseInput(subject, found.faults);
  throw new Error("unreachable: refused above");
}

/** What was given for an image's registry is for that registry. */
function loginFor(source: string, credentials: Credentials): RegistryLogin {
  return RegistryLogin.ofHost(hostOf(source), credentials);
}

/** The host of an image's registry, as Docker reads its name. */
function hostOf(reference: string): string {
  return registryPlace(canonicalReference(parseImageReference(reference))).host;
}

/** Pushes the image that Docker holds now; from then on that very image. */
export function localMaker(
  image: MirrorNames,
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
    findMade: (state, url) => findMade(state, imageUploadType, image, url),

    make(_, made) {
      if (made !== undefined) return upload(String(made.outputs["imageId"]));
      const found = findLocalImage(localImage, platform);
      if (!("faults" in found)) return upload(found.id);
      refuseInput(image.subject, found.faults);
      throw new Error("unreachable: refused above");
    },
  };
}
