import { randomUUID } from "node:crypto";
import type {
  CompleteLayerUploadRequest,
  GetDownloadUrlForLayerRequest,
  InitiateLayerUploadRequest,
  UploadLayerPartRequest,
} from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import { layerUrl } from "../registry/layerDownload";
import type { LayerUploadRecord, RegistryKind, RepositoryRecord } from "../state/records";
import { namespaceOf, readFailure } from "../storage/distributionClient";
import { emptyUploadMessage, leastPartSize, smallPartMessage } from "../storage/layerParts";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

/**
 * Part size in bytes that InitiateLayerUpload suggests (AWS CLI reference, initiate-layer-upload: the example's
 * response).
 */
const proposedPartSize = 10 * 1024 * 1024;
const sha256Form = /^sha256:[0-9a-f]{64}$/;

/** Distribution purges uploads that have not been used for a week. */
const forgottenAfterMilliseconds = 7 * 24 * 60 * 60 * 1000;

/**
 * InitiateLayerUpload, UploadLayerPart, and CompleteLayerUpload, which are the same in both services. Uploads are part
 * of the state and survive a restart, except one that was killed in the middle of a part.
 */
export function layerOperations(kind: RegistryKind) {
  const initiate: Operation<InitiateLayerUploadRequest> = async (context, caller, input) => {
    const repository = repositoryOf(context, kind, caller, input);
    const answer = await context.distribution.request("POST", `/v2/${namespaceOf(repository)}/blobs/uploads/`, {
      "Content-Length": 0,
    });
    const session = await nextSession(answer);
    if (session === undefined) {
      throw new Error(`Distribution opened no upload: status ${answer.statusCode}`);
    }
    const uploadId = randomUUID();
    const usedAt = context.clock.now();
    context.store.change(() => {
      context.store.removeLayerUploadsBefore(usedAt - forgottenAfterMilliseconds);
      const upload = { repositoryId: repository.id, session, received: 0, lastPart: leastPartSize, usedAt };
      context.store.putLayerUpload(uploadId, upload);
    });
    return { uploadId, partSize: proposedPartSize };
  };

  const uploadPart: Operation<UploadLayerPartRequest> = (context, caller, input) =>
    context.repositoryLocks.run(`upload ${input.uploadId}`, async () => {
      const repository = repositoryOf(context, kind, caller, input);
      const { uploadId = "" } = input;
      const upload = existingUpload(context, repository, input.uploadId);
      const part = Buffer.from(input.layerPartBlob ?? []);
      refusePart(repository, upload, input, part.length);
      const answer = await context.distribution.request(
        "PATCH",
        upload.session,
        { "Content-Type": "application/octet-stream", "Content-Length": part.length },
        part,
      );
      const session = await nextSession(answer);
      if (session === undefined) {
        context.store.change(() => context.store.removeLayerUpload(uploadId));
        throw uploadNotFound(repository, uploadId);
      }
      const received = upload.received + part.length;
      const smallPart = upload.smallPart ?? (upload.lastPart < leastPartSize ? upload.lastPart : undefined);
      const next = { ...upload, session, received, lastPart: part.length, smallPart, usedAt: context.clock.now() };
      context.store.change(() => context.store.putLayerUpload(uploadId, next));
      return { ...identity(repository, uploadId), lastByteReceived: received - 1 };
    });

  const complete: Operation<CompleteLayerUploadRequest> = (context, caller, input) =>
    context.repositoryLocks.run(`upload ${input.uploadId}`, async () => {
      const repository = repositoryOf(context, kind, caller, input);
      const upload = existingUpload(context, repository, input.uploadId);
      const digest = input.layerDigests?.find((each) => sha256Form.test(each));
      if (digest === undefined) {
        throw invalidParameter(
          "layerDigests",
          "must contain at least one digest of the form sha256:<64 hexadecimal digits>",
        );
      }
      if (upload.received === 0) {
        throw new ServiceError("EmptyUploadException", emptyUploadMessage(repository, input.uploadId ?? ""));
      }
      if (upload.smallPart !== undefined) {
        throw new ServiceError("LayerPartTooSmallException", smallPartMessage);
      }
      if ((await context.distribution.blobSize(repository, digest)) !== undefined) {
        throw new ServiceError(
          "LayerAlreadyExistsException",
          `Layer with digest '${digest}' already exists in repository '${repository.name}' ${inRegistry(repository)}`,
        );
      }
      const separator = upload.session.includes("?") ? "&" : "?";
      const path = `${upload.session}${separator}digest=${encodeURIComponent(digest)}`;
      const answer = await context.distribution.request("PUT", path, { "Content-Length": 0 });
      if ((answer.statusCode ?? 500) >= 400) {
        const { errors } = await readFailure(answer);
        throw new ServiceError(
          "InvalidLayerException",
          `The layer's bytes do not have the digest '${digest}': ${errors.map((error) => error.message).join("; ")}`,
        );
      }
      answer.resume();
      context.store.change(() => context.store.removeLayerUpload(input.uploadId ?? ""));
      return { ...identity(repository, input.uploadId), layerDigest: digest };
    });

  return { InitiateLayerUpload: initiate, UploadLayerPart: uploadPart, CompleteLayerUpload: complete };
}

/** ECR only: a presigned URL for the layer that expires. */
export const getDownloadUrlForLayer: Operation<GetDownloadUrlForLayerRequest> = async (context, caller, input) => {
  const repository = repositoryOf(context, "private", caller, input);
  const layerDigest = input.layerDigest ?? "";
  if (!sha256Form.test(layerDigest) || (await context.distribution.blobSize(repository, layerDigest)) === undefined) {
    throw new ServiceError(
      "LayersNotFoundException",
      `The layer with digest '${layerDigest}' does not exist within the repository with name '${repository.name}' ${inRegistry(repository)}`,
    );
  }
  return { downloadUrl: layerUrl(context, repository, layerDigest), layerDigest };
};

function repositoryOf(
  context: GatewayContext,
  kind: RegistryKind,
  caller: Parameters<Operation>[1],
  input: { registryId?: string; repositoryName?: string },
): RepositoryRecord {
  return existingRepository(context, requestedRegistry(kind, caller, input.registryId), input.repositoryName ?? "");
}

function existingUpload(
  context: GatewayContext,
  repository: RepositoryRecord,
  uploadId: string | undefined,
): LayerUploadRecord {
  const upload = context.store.layerUpload(uploadId ?? "");
  if (upload?.repositoryId !== repository.id) {
    throw uploadNotFound(repository, uploadId);
  }
  return upload;
}

function uploadNotFound(repository: RepositoryRecord, uploadId: string | undefined): ServiceError {
  return new ServiceError(
    "UploadNotFoundException",
    `Upload with id '${uploadId}' does not exist in repository '${repository.name}' ${inRegistry(repository)}`,
  );
}

/** Parts must come in order and without gaps. */
function refusePart(
  repository: RepositoryRecord,
  upload: LayerUploadRecord,
  input: UploadLayerPartRequest,
  length: number,
): void {
  const { partFirstByte = 0, partLastByte = -1, uploadId } = input;
  if (partFirstByte !== upload.received || partLastByte !== partFirstByte + length - 1) {
    throw new ServiceError(
      "InvalidLayerPartException",
      `Part of bytes ${partFirstByte} to ${partLastByte} with ${length} bytes does not follow byte ${upload.received - 1}.`,
      { members: { ...identity(repository, uploadId), lastValidByteReceived: upload.received - 1 } },
    );
  }
}

function identity(repository: RepositoryRecord, uploadId: string | undefined) {
  return { registryId: repository.account, repositoryName: repository.name, uploadId };
}

/** Distribution returns a new URL with each response; none when it does not know the upload or its offset differs. */
async function nextSession(
  answer: Awaited<ReturnType<GatewayContext["distribution"]["request"]>>,
): Promise<string | undefined> {
  const { location } = answer.headers;
  const status = answer.statusCode ?? 500;
  if (status >= 500) {
    throw new Error(`Distribution refused an upload: ${JSON.stringify(await readFailure(answer))}`);
  }
  answer.resume();
  if (status >= 400 || location === undefined) {
    return undefined;
  }
  const { pathname, search } = new URL(location, "http://distribution");
  return pathname + search;
}
