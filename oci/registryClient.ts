import { isDigest } from "../ecr/digests";
import type { RegistryLogin } from "../ecr/registryLogin";
import { readBlob } from "./blobDownload";
import { type BlobSource, cancelUpload, hasBlob, startUpload, uploadBlob } from "./blobUpload";
import { digestOf, manifestTypes, mediaTypeForm, type RawManifest } from "./manifestContent";
import { listReferrers, type Referrers } from "./referrers";
import type { RenewLogin } from "./registryAuthorization";
import { bodyOf, RegistryConnection } from "./registryConnection";
import { RegistryRefusal } from "./registryRequest";

/** What a registry answers to a read. */
export type RegistryAnswer = RawManifest;

/** A manifest that a registry has. */
export interface FoundManifest {
  digest: string;
  mediaType: string;
  /** Of the manifest itself, in bytes. */
  size: number;
}

/**
 * One repository over the OCI distribution API: anonymously, with Basic authentication or with the bearer token that the
 * registry asks for. Plain HTTP is for registries on a loopback address only, as with Docker. A failure that may pass is
 * tried again. What the registry refuses is thrown as RegistryRefusal, with its status and code.
 */
export class RegistryClient {
  /** For the modules of this folder. */
  readonly connection: RegistryConnection;

  constructor(
    /** With its port; `docker.io` for Docker Hub. */
    readonly host: string,
    readonly repository: string,
    login: RegistryLogin | undefined,
    /** Gets a login in the place of one that has expired. @default then the registry's refusal stands */
    renewLogin?: RenewLogin,
  ) {
    this.connection = new RegistryConnection(host, repository, login, renewLogin);
  }

  /** A manifest by tag or digest, as its very bytes. Whether they are what a digest says is for the caller to check. */
  async manifest(reference: string, mediaTypes: readonly string[] = manifestTypes): Promise<RegistryAnswer> {
    const answer = await this.connection.send(this.manifestPath(reference), {
      headers: { Accept: mediaTypes.join(", ") },
    });
    return { body: bodyOf(answer), contentType: contentType(answer.headers) };
  }

  /** A small blob, such as an image's configuration: at most 4 MiB. */
  async blob(digest: string): Promise<RegistryAnswer> {
    const answer = await this.connection.send(this.blobPath(digest), { headers: { Accept: "*/*" } });
    return { body: bodyOf(answer), contentType: contentType(answer.headers) };
  }

  /** What a tag or digest names; undefined when the registry has nothing under it, or no such repository. */
  async head(reference: string): Promise<FoundManifest | undefined> {
    const headers = { Accept: manifestTypes.join(", ") };
    const answer = await this.connection.send(this.manifestPath(reference), { method: "HEAD", headers });
    if (answer.status === 404) return undefined;
    const isFound = answer.status >= 200 && answer.status <= 299;
    const digest = answer.headers["docker-content-digest"];
    const size = Number(answer.headers["content-length"]);
    const mediaType = contentType(answer.headers);
    if (isFound && isDigest(digest) && mediaType !== "" && Number.isSafeInteger(size))
      return { digest, mediaType, size };
    // The headers are not compulsory; and why it refuses, a registry says to GET only.
    const { body, contentType: type } = await this.manifest(reference);
    return { digest: digestOf(body), mediaType: type, size: body.length };
  }

  /**
   * Stores a manifest under a tag, or under its digest.
   *
   * @returns The subject that the registry has noted it as a referrer of; undefined when it did not.
   * @throws RegistryRefusal with ECR's code, such as `TAG_INVALID` for an immutable tag.
   */
  async putManifest(reference: string, bytes: Buffer, mediaType: string): Promise<{ subject: string | undefined }> {
    const answer = await this.connection.send(this.manifestPath(reference), {
      method: "PUT",
      headers: { "Content-Type": mediaType, "Content-Length": String(bytes.length) },
      body: bytes,
      scope: this.connection.pushScope(),
    });
    bodyOf(answer);
    const stored = answer.headers["docker-content-digest"];
    if (
      typeof stored === "string" &&
      stored !== digestOf(bytes, stored.split(":", 1)[0] === "sha512" ? "sha512" : "sha256")
    ) {
      throw new RegistryRefusal(`${this.host} stores ${stored} in the place of ${digestOf(bytes)}`);
    }
    const subject = answer.headers["oci-subject"];
    return { subject: typeof subject === "string" ? subject : undefined };
  }

  hasBlob(digest: string): Promise<boolean> {
    return hasBlob(this.connection, digest);
  }

  /**
   * Takes a blob over from another repository of the same registry without sending it.
   *
   * @returns Whether the registry did: ECR does only where its account setting BLOB_MOUNTING is on.
   */
  async mountBlob(digest: string, fromRepository: string): Promise<boolean> {
    const location = await startUpload(this.connection, { digest, from: fromRepository });
    if (location !== undefined) await cancelUpload(this.connection, location);
    return location === undefined;
  }

  /** The bytes of a blob from an offset on, as they come; a download that is cut goes on where it was. */
  readBlob(blob: { digest: string; size: number }, from = 0): AsyncGenerator<Buffer> {
    return readBlob(this.connection, blob, from);
  }

  /** Sends a blob as it is read; an upload that is cut goes on, or begins anew. Its bytes are checked by its digest. */
  uploadBlob(source: BlobSource): Promise<{ bytesSent: number }> {
    return uploadBlob(this.connection, source);
  }

  /** The manifests whose `subject` is this digest: by the referrers API, or by the tag that stands for it. */
  referrers(digest: string): Promise<Referrers> {
    return listReferrers(this, digest);
  }

  private manifestPath(reference: string): string {
    return `/v2/${this.repository}/manifests/${reference}`;
  }

  private blobPath(digest: string): string {
    return `/v2/${this.repository}/blobs/${digest}`;
  }
}

/** Empty where it has not the form of one: it goes into outputs and messages. */
function contentType(headers: { "content-type"?: string }): string {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return mediaTypeForm.test(type) ? type : "";
}
