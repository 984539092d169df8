import { refuseFaults } from "../faults";
import { isObject } from "../values/jsonObjects";
import { type LifecyclePolicyDocument, storageClasses } from "./lifecycleDocument";
import { readLifecyclePolicy } from "./lifecyclePolicyFaults";
import type { LifecycleImage } from "./matching";
import { Reporter } from "./reporter";

/** An image that is in use. */
export interface DeployedImage {
  digest: string;
  /** What runs it, for messages: `ECS task definition web:7`. */
  by: string;
}

/** The data about one repository that a lifecycle policy is evaluated with. */
export interface RepositorySnapshot {
  name: string;
  /** The account ID, twelve digits. */
  registryId: string;
  region: string;
  /** The start of image references: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  uri: string;
  /** @default the repository has no lifecycle policy */
  document?: LifecyclePolicyDocument;
  images: LifecycleImage[];
  /** Images of this repository that are in use. */
  deployed: DeployedImage[];
  /** Descriptions of what could not be determined. */
  unknown: string[];
}

/** The state of repositories at one time, to evaluate policies without calling ECR. */
export interface LifecycleSnapshot {
  version: 1;
  takenAt: Date;
  repositories: RepositorySnapshot[];
}

/** The file content: JSON, times in ISO 8601, one image per line. */
export function lifecycleSnapshotText(snapshot: LifecycleSnapshot): string {
  const repositories = snapshot.repositories.map(({ images, ...rest }) => {
    const lines = images.map((image) => JSON.stringify(image)).join(",\n");
    return `${JSON.stringify(rest).slice(0, -1)},"images":[${lines && `\n${lines}\n`}]}`;
  });
  return `{"version":1,"takenAt":${JSON.stringify(snapshot.takenAt)},"repositories":[\n${repositories.join(",\n")}\n]}\n`;
}

/**
 * Parses a snapshot.
 *
 * @param path Prefix of fault paths: the file's name.
 * @throws InvalidInputError with every fault: not JSON, another version, an image without a digest, an invalid time, a
 * lifecycle policy that ECR refuses.
 */
export function parseLifecycleSnapshot(text: string, path: string): LifecycleSnapshot {
  const report = new Reporter(path);
  const snapshot = readSnapshot(parseJson(text, report), report);
  refuseFaults("lifecycle snapshot", report.faults);
  return snapshot;
}

function parseJson(text: string, report: Reporter): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Never quote the content: a policy's config may name any file, and its messages become a public comment.
    const length = `${text.length} characters`;
    report.fault("", length, "a snapshot must be JSON.", "write it again with `npm run lifecycle -- snapshot`.");
    return undefined;
  }
}

function readSnapshot(value: unknown, report: Reporter): LifecycleSnapshot {
  const object = isObject(value) ? value : {};
  const { version, takenAt, repositories } = object;
  if (value !== undefined && version !== 1) {
    report.fault("version", version, "the version must be 1.", "take the snapshot again.");
  }
  const list = Array.isArray(repositories) ? repositories : [];
  if (value !== undefined && !Array.isArray(repositories)) {
    report.fault(
      "repositories",
      repositories,
      "a snapshot must have a list of repositories.",
      "take the snapshot again.",
    );
  }
  return {
    version: 1,
    takenAt: value === undefined ? new Date(0) : readDate(takenAt, "takenAt", report),
    repositories: list.map((each: unknown, index) => readRepository(each, `repositories[${index}]`, report)),
  };
}

function readRepository(value: unknown, at: string, report: Reporter): RepositorySnapshot {
  const object = isObject(value) ? value : {};
  const text = (key: string) => readString(object[key], `${at}.${key}`, report);
  const images = Array.isArray(object["images"]) ? object["images"] : [];
  if (!Array.isArray(object["images"])) {
    report.fault(`${at}.images`, object["images"], "a repository must have a list of images.", "write [] for none.");
  }
  return {
    name: text("name"),
    registryId: text("registryId"),
    region: text("region"),
    uri: text("uri"),
    ...(object["document"] !== undefined && { document: readDocument(object["document"], `${at}.document`, report) }),
    images: images.map((image: unknown, index) => readImage(image, `${at}.images[${index}]`, report)),
    deployed: readDeployed(object["deployed"], `${at}.deployed`, report),
    unknown: readStringList(object["unknown"] ?? [], `${at}.unknown`, report),
  };
}

function readDocument(value: unknown, at: string, report: Reporter): LifecyclePolicyDocument {
  const { document, faults } = readLifecyclePolicy(value, at);
  for (const { path, value: found, rule, fix } of faults) {
    report.fault(path, found, rule, fix);
  }
  return document ?? { rules: [] };
}

function readDeployed(value: unknown, at: string, report: Reporter): DeployedImage[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    report.fault(at, value, "deployed images must be a list.", 'write [{"digest":"sha256:…","by":"…"}].');
    return [];
  }
  return value.map((each: unknown, index) => ({
    digest: readString(isObject(each) ? each["digest"] : undefined, `${at}[${index}].digest`, report),
    by: readString(isObject(each) ? each["by"] : undefined, `${at}[${index}].by`, report),
  }));
}

const dateKeys = ["lastPulledAt", "archivedAt", "activatedAt"] as const;

function readImage(value: unknown, at: string, report: Reporter): LifecycleImage {
  const object = isObject(value) ? value : {};
  const image: LifecycleImage = {
    digest: readString(object["digest"], `${at}.digest`, report),
    tags: readStringList(object["tags"] ?? [], `${at}.tags`, report),
    pushedAt: readDate(object["pushedAt"], `${at}.pushedAt`, report),
  };
  for (const key of dateKeys) {
    if (object[key] !== undefined) {
      image[key] = readDate(object[key], `${at}.${key}`, report);
    }
  }
  const { storageClass, parents, subject, sizeBytes } = object;
  const known = storageClasses.find((each) => each === storageClass);
  if (storageClass !== undefined && known === undefined) {
    const rule = `a storage class must be one of ${storageClasses.join(", ")}.`;
    report.fault(`${at}.storageClass`, storageClass, rule, "write one of these, or leave it out.");
  }
  if (sizeBytes !== undefined && !(Number.isSafeInteger(sizeBytes) && Number(sizeBytes) >= 0)) {
    report.fault(
      `${at}.sizeBytes`,
      sizeBytes,
      "a size must be a whole number of bytes, 0 or more.",
      "write one, or leave it out.",
    );
  }
  return {
    ...image,
    ...(known !== undefined && { storageClass: known }),
    ...(parents !== undefined && { parents: readStringList(parents, `${at}.parents`, report) }),
    ...(subject !== undefined && { subject: readString(subject, `${at}.subject`, report) }),
    ...(sizeBytes !== undefined && { sizeBytes: Number(sizeBytes) }),
  };
}

function readString(value: unknown, at: string, report: Reporter): string {
  if (typeof value === "string" && value !== "") {
    return value;
  }
  report.fault(at, value, "must be a string.", "write one of at least one character.");
  return "";
}

function readStringList(value: unknown, at: string, report: Reporter): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) {
    return value;
  }
  report.fault(at, value, "must be a list of strings.", "write [] for none.");
  return [];
}

function readDate(value: unknown, at: string, report: Reporter): Date {
  const date = typeof value === "string" || typeof value === "number" ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime())) {
    report.fault(at, value, "must be a time.", 'write it as "2026-01-31T12:00:00Z".');
    return new Date(0);
  }
  return date;
}
