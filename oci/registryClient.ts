import { isDigest } from "../ecr/names/digests";
import type { RegistryLogin } from "../ecr/registry/registryLogin";
import { readBlob } from "./blobDownload";
import { type BlobSource, cancelUpload, hasBlob, startUpload, uploadBlob } from "./blobUpload";
import { digestOf, manifestTypes, mediaTypeForm, type RawManifest } from "./manifestContent";
import { listReferrers, type Referrers } from "./referrers";
import type { RenewLogin } from "./registryAuthorization";
import { bodyOf, RegistryConnection } from "./registryConnection";
import { RegistryRefusal } from "./registryRequest";

/** The response to a read. */
export type RegistryAnswer = RawManifest;

export interface FoundManifest {
  digest: string;
  mediaType: string;
  /** Size of the manifest itself, in bytes. */
  size: number;
}

/**
 * Client for one repository over the OCI distribution API: anonymous, with Basic authentication, or with the bearer
 * token that the registry asks for. Plain HTTP is allowed on loopback addresses only, as in Docker. Transient failures
 * are retried. Refusals are thrown as RegistryRefusal with status and code.
 */
export class RegistryClient {
  /** For modules of this folder only. */
  readonly connection: RegistryConnection;

  constructor(
    /** Including the port; `docker.io` for Docker Hub. */
    readonly host: string,
    readonly repository: string,
    login: RegistryLogin | undefined,
    /** Replaces expired credentials. @default expired credentials are an error */
    renewLogin?: RenewLogin,
  ) {
    this.connection = new RegistryConnection(host, repository, login, renewLogin);
  }

  /** Gets a manifest by tag or digest, byte for byte. The caller verifies the digest. */
  async manifest(reference: string, mediaTypes: readonly string[] = manifestTypes): Promise<RegistryAnswer> {
    const answer = await this.connection.send(this.manifestPath(reference), {
      headers: { Accept: mediaTypes.join(", ") },
    });
    return { body: bodyOf(answer), contentType: contentType(answer.headers) };
  }

  /** Gets a small blob, such as an image configuration: at most 4 MiB. */
  async blob(digest: string): Promise<RegistryAnswer> {
    const answer = await this.connection.send(this.blobPath(digest), { headers: { Accept: "*/*" } });
    return { body: bodyOf(answer), contentType: contentType(answer.headers) };
  }

  /** Resolves a tag or digest; undefined when the manifest or the repository does not exist. */
  async head(reference: string): Promise<FoundManifest | undefined> {
    const headers = { Accept: manifestTypes.join(", ") };
    const answer = await this.connection.send(this.manifestPath(reference), { method: "HEAD", headers });
    if (answer.status === 404) return undefined;
    const isFound = answer.status >= 200 && answer.status <= 299;
    const digest = answer.headers["docker-content-digest"];
    const size = Number(answer.headers["content-length"]);
    const mediaType = contentType(answer.headers);
    if (isFound && isDigest(digest) && mediaType !== "" && Number.isSafeInteger(size)) {
      return { digest, mediaType, size };
    }
    // The digest and type headers are optional, and the reason for a refusal is only in the response to a GET.
    const { body, contentType: type } = await this.manifest(reference);
    return { digest: digestOf(body), mediaType: type, size: body.length };
  }

  /**
   * Puts a manifest under a tag or its digest.
   *
   * @returns The subject that the registry recorded it as a referrer of; undefined when it did not.
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
      throw new RegistryRefusal(`${this.host} stored ${stored} instead of ${digestOf(bytes)}`);
    }
    const subject = answer.headers["oci-subject"];
    return { subject: typeof subject === "string" ? subject : undefined };
  }

  hasBlob(digest: string): Promise<boolean> {
    return hasBlob(this.connection, digest);
  }

  /**
   * Mounts a blob from another repository of the same registry, without uploading it.
   *
   * @returns Whether it was mounted: ECR does so only when the account setting BLOB_MOUNTING is on.
   */
  async mountBlob(digest: string, fromRepository: string): Promise<boolean> {
    const location = await startUpload(this.connection, { digest, from: fromRepository });
    if (location !== undefined) await cancelUpload(this.connection, location);
    return location === undefined;
  }

  /** Streams a blob from an offset; an interrupted download is resumed. */
  readBlob(blob: { digest: string; size: number }, from = 0): AsyncGenerator<Buffer> {
    return readBlob(this.connection, blob, from);
  }

  /** Uploads a blob while it is being read and verifies its digest. An interrupted upload is resumed or starts over. */
  uploadBlob(source: BlobSource): Promise<{ bytesSent: number }> {
    return uploadBlob(this.connection, source);
  }

  /** The manifests whose `subject` is this digest: from the referrers API or from the referrers tag. */
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

/** Empty when malformed: the value goes into outputs and messages. */
function contentType(headers: { "content-type"?: string }): string {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return mediaTypeForm.test(type) ? type : "";
}
