import { randomUUID } from "node:crypto";
import type {
  CompleteLayerUploadRequest,
  GetDownloadUrlForLayerRequest,
  InitiateLayerUploadRequest,
  UploadLayerPartRequest,
} from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import { namespaceOf, readFailure } from "../distributionClient";
import { layerUrl } from "../registry/layerDownload";
import type { RegistryKind, RepositoryRecord } from "../state/records";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

/** Bytes of a part that InitiateLayerUpload proposes, and the least of one that is not the last (ECR API, UploadLayerPart). */
const proposedPartSize = 20 * 1024 * 1024;
const leastPartSize = 5 * 1024 * 1024;
const sha256Form = /^sha256:[0-9a-f]{64}$/;

/** One layer on its way through the API. Kept in memory: an upload that a restart cuts is begun again. */
interface LayerUpload {
  repositoryId: string;
  /** Path and query of Distribution's upload session. */
  session: string;
  received: number;
  /** Bytes of the part that came last. */
  lastPart: number;
}

/** InitiateLayerUpload, UploadLayerPart and CompleteLayerUpload, which are the same in both services. */
export function layerOperations(kind: RegistryKind) {
  const uploads = new Map<string, LayerUpload>();

  const initiate: Operation<InitiateLayerUploadRequest> = async (context, caller, input) => {
    const repository = repositoryOf(context, kind, caller, input);
    const answer = await context.distribution.request("POST", `/v2/${namespaceOf(repository)}/blobs/uploads/`, {
      "Content-Length": 0,
    });
    const session = await nextSession(answer);
    const uploadId = randomUUID();
    uploads.set(uploadId, { repositoryId: repository.id, session, received: 0, lastPart: leastPartSize });
    return { uploadId, partSize: proposedPartSize };
  };

  const uploadPart: Operation<UploadLayerPartRequest> = (context, caller, input) =>
    context.repositoryLocks.run(`upload ${input.uploadId}`, async () => {
      const repository = repositoryOf(context, kind, caller, input);
      const upload = existingUpload(uploads, repository, input.uploadId);
      const part = Buffer.from(input.layerPartBlob ?? []);
      refusePart(repository, upload, input, part.length);
      const answer = await context.distribution.request(
        "PATCH",
        upload.session,
        { "Content-Type": "application/octet-stream", "Content-Length": part.length },
        part,
      );
      upload.session = await nextSession(answer);
      upload.received += part.length;
      upload.lastPart = part.length;
      return { ...identity(repository, input.uploadId), lastByteReceived: upload.received - 1 };
    });

  const complete: Operation<CompleteLayerUploadRequest> = (context, caller, input) =>
    context.repositoryLocks.run(`upload ${input.uploadId}`, async () => {
      const repository = repositoryOf(context, kind, caller, input);
      const upload = existingUpload(uploads, repository, input.uploadId);
      const digest = input.layerDigests?.find((each) => sha256Form.test(each));
      if (digest === undefined) {
        throw invalidParameter("layerDigests", "one of them is a digest of the form sha256:<64 hexadecimal digits>");
      }
      if (upload.received === 0) {
        throw new ServiceError("EmptyUploadException", "The specified layer upload does not contain any layer parts.");
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
      uploads.delete(input.uploadId ?? "");
      return { ...identity(repository, input.uploadId), layerDigest: digest };
    });

  return { InitiateLayerUpload: initiate, UploadLayerPart: uploadPart, CompleteLayerUpload: complete };
}

/** ECR only: an address that gives the layer to whoever has it, for a while. */
export const getDownloadUrlForLayer: Operation<GetDownloadUrlForLayerRequest> = async (context, caller, input) => {
  const repository = repositoryOf(context, "private", caller, input);
  const layerDigest = input.layerDigest ?? "";
  if (!sha256Form.test(layerDigest) || (await context.distribution.blobSize(repository, layerDigest)) === undefined) {
    throw new ServiceError(
      "LayersNotFoundException",
      `Layers with digests '[${layerDigest}]' do not exist in repository '${repository.name}' ${inRegistry(repository)}`,
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
  uploads: Map<string, LayerUpload>,
  repository: RepositoryRecord,
  uploadId: string | undefined,
): LayerUpload {
  const upload = uploads.get(uploadId ?? "");
  if (upload?.repositoryId !== repository.id) {
    throw new ServiceError(
      "UploadNotFoundException",
      `Upload with id '${uploadId}' does not exist in repository '${repository.name}' ${inRegistry(repository)}`,
    );
  }
  return upload;
}

/** Parts come in order, without gaps, and only the last may be small. */
function refusePart(
  repository: RepositoryRecord,
  upload: LayerUpload,
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
  if (upload.lastPart < leastPartSize) {
    throw new ServiceError(
      "LayerPartTooSmallException",
      `Layer parts must be at least ${leastPartSize} bytes in size, except the last; the one before had ${upload.lastPart}.`,
    );
  }
}

function identity(repository: RepositoryRecord, uploadId: string | undefined) {
  return { registryId: repository.account, repositoryName: repository.name, uploadId };
}

/** Distribution gives an upload a new address with each answer. */
async function nextSession(answer: Awaited<ReturnType<GatewayContext["distribution"]["request"]>>): Promise<string> {
  const { location } = answer.headers;
  if ((answer.statusCode ?? 500) >= 400 || location === undefined) {
    const { errors } = await readFailure(answer);
    throw new Error(`Distribution refused an upload: ${JSON.stringify(errors)}`);
  }
  answer.resume();
  const { pathname, search } = new URL(location, "http://distribution");
  return pathname + search;
}
