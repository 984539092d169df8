import type { Failure } from "../../../provider/protocol/definition";
import { isMap, isSet, isUnknown, type PropertyMap, type PropertyValue } from "../../../provider/protocol/values";
import { notSupported } from "../protocol/notSupported";

/** The provider configuration that the stand-in supports. */
export interface AwsSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly token?: string;
  readonly allowedAccountIds: readonly string[];
  readonly forbiddenAccountIds: readonly string[];
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly ignoreTagKeys: readonly string[];
  readonly ignoreTagPrefixes: readonly string[];
  /** By service name as the released provider spells it: `ecr`, `ecrpublic`, `kms`, `sts`. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly skipCredentialsValidation: boolean;
  readonly skipRegionValidation: boolean;
  readonly skipRequestingAccountId: boolean;
  readonly skipMetadataApiCheck: boolean;
  /** Retries after the first failure. Default 2, like the AWS SDK's three attempts. */
  readonly maxRetries: number;
}

const supported = [
  "accessKey",
  "allowedAccountIds",
  "defaultTags",
  "endpoints",
  "forbiddenAccountIds",
  "ignoreTags",
  "maxRetries",
  "profile",
  "region",
  "secretKey",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "token",
];
/** Accepted and ignored: they have no effect on the services of the stand-in. */
const harmless = ["s3UsEast1RegionalEndpoint", "s3UsePathStyle", "userAgents", "version", "pluginDownloadURL"];

/** Provider inputs that are not strings arrive as JSON strings; anything else is passed through. */
function parsed(value: PropertyValue | undefined): PropertyValue | undefined {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    return value;
  }
}

export function checkAwsConfig(news: PropertyMap): Failure[] {
  const failures: Failure[] = [];
  const foreign = Object.entries(news)
    .filter(
      ([key, value]) => !supported.includes(key) && !harmless.includes(key) && !key.startsWith("__") && isSet(value),
    )
    .map(([key]) => key);
  if (foreign.length > 0) {
    failures.push({
      property: foreign[0] ?? "",
      reason: notSupported(
        `provider configuration ${foreign.join(", ")} ${foreign.length === 1 ? "is" : "are"}`,
        supported,
      ),
    });
  }
  for (const key of ["accessKey", "secretKey"]) {
    const other = key === "accessKey" ? "secretKey" : "accessKey";
    if (isSet(news[key]) && !isSet(news[other])) {
      failures.push({ property: other, reason: `${other}: missing: ${key} requires it; set both, or neither` });
    }
  }
  if (isSet(news["allowedAccountIds"]) && isSet(news["forbiddenAccountIds"])) {
    failures.push({
      property: "allowedAccountIds",
      reason: "allowedAccountIds: conflicts with forbiddenAccountIds; set only one of them",
    });
  }
  const { region } = news;
  if (typeof region === "string" && region !== "" && !flag(news["skipRegionValidation"]) && !isRegionName(region)) {
    failures.push({
      property: "region",
      reason: `region: ${JSON.stringify(region)}: invalid AWS Region; expected a name such as us-east-1`,
    });
  }
  const tagsFault = faultOfTags(news["defaultTags"]);
  if (tagsFault) failures.push({ property: "defaultTags", reason: tagsFault });
  return failures;
}

function faultOfTags(value: PropertyValue | undefined): string | undefined {
  if (!isSet(value) || isUnknown(value)) return undefined;
  const block = parsed(value);
  if (!isMap(block)) return `defaultTags: ${JSON.stringify(block)}: expected an object { tags: { key: value } }`;
  const foreign = Object.keys(block).filter((key) => key !== "tags" && !key.startsWith("__"));
  return foreign.length > 0
    ? `defaultTags.${foreign.join(", defaultTags.")}: expected only defaultTags.tags`
    : undefined;
}

export function isRegionName(region: string): boolean {
  return /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region);
}

/** Reads the configuration, and the environment variables that the released provider reads. */
export function readAwsConfig(config: PropertyMap, environment: NodeJS.ProcessEnv = process.env): AwsSettings {
  const tagBlock = parsed(config["defaultTags"]);
  const ignored = parsed(config["ignoreTags"]);
  const ignore = isMap(ignored) ? ignored : {};
  const endpoints: Record<string, string> = {};
  const listed = parsed(config["endpoints"]);
  for (const entry of Array.isArray(listed) ? listed : []) {
    for (const [service, url] of Object.entries(isMap(entry) ? entry : {})) {
      if (typeof url === "string" && url !== "") endpoints[service.toLowerCase()] = url;
    }
  }
  const maxRetries = Number(stringSetting(config["maxRetries"]) ?? "2");
  return {
    region: stringSetting(config["region"]) ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"],
    profile: stringSetting(config["profile"]),
    accessKey: stringSetting(config["accessKey"]),
    secretKey: stringSetting(config["secretKey"]),
    token: stringSetting(config["token"]),
    allowedAccountIds: strings(config["allowedAccountIds"]),
    forbiddenAccountIds: strings(config["forbiddenAccountIds"]),
    defaultTags: stringMap(isMap(tagBlock) ? tagBlock["tags"] : undefined),
    ignoreTagKeys: strings(ignore["keys"]),
    ignoreTagPrefixes: strings(ignore["keyPrefixes"]),
    endpoints,
    skipCredentialsValidation: flag(config["skipCredentialsValidation"]),
    skipRegionValidation: flag(config["skipRegionValidation"]),
    skipRequestingAccountId: flag(config["skipRequestingAccountId"]),
    // pulumi-aws: true unless turned off.
    skipMetadataApiCheck: isSet(config["skipMetadataApiCheck"]) ? flag(config["skipMetadataApiCheck"]) : true,
    maxRetries: Number.isInteger(maxRetries) && maxRetries >= 0 ? maxRetries : 2,
  };
}

function stringSetting(value: PropertyValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function flag(value: PropertyValue | undefined): boolean {
  return value === true || value === "true";
}

function strings(value: PropertyValue | undefined): string[] {
  const list = parsed(value);
  return Array.isArray(list) ? list.map(String) : [];
}

function stringMap(value: PropertyValue | undefined): Record<string, string> {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, element]) => !key.startsWith("__") && element !== null)
      .map(([key, element]) => [key, String(element)]),
  );
}
