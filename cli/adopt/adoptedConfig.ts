import { readAccessPolicy } from "../../ecr/accessPolicy";
import { encryptionName } from "../../ecr/repository/encryption";
import { canonicalFormRule, isCanonicalPolicy } from "./canonicalPolicy";
import { commonSettings, type Entry } from "./commonSettings";
import { lifecycleOf, withoutLostWhitespace } from "./preservedText";
import type { DescribedPrivateRepository, DescribedPublicRepository } from "./readRepositories";

/** A setting whose adopted value differs from this project's default. */
export interface Remark {
  /** `private/<key>`, `public/<key>`, `registry/<region>`, or `registry/<region>/<prefix>` of a creation template. */
  repository: string;
  setting: string;
  /** The current value in AWS. */
  found: string;
  /** The project's default. */
  defaultValue: string;
  /** The effect of removing the setting from the file. */
  change:
    | "in place"
    | "in place, for repositories that are created after it"
    | "not possible: it is fixed when a repository is created";
}

/** The content of the stack file for an account's existing resources. */
export interface AdoptedConfig {
  /** Settings shared by most private repositories. */
  defaults: Entry;
  privateRepositories: Record<string, Entry>;
  publicRepositories: Record<string, Entry>;
  /** Keyed by region. */
  registries: Record<string, Entry>;
  remarks: Remark[];
  /** Values that the config cannot hold, or only in a changed form. */
  warnings: string[];
  /** What stays unchanged in AWS and outside the stack because the config cannot express it. */
  outside: string[];
}

/**
 * Builds a config that matches the existing repositories, so that the first update changes as little as possible.
 *
 * @param region The environment's region. Repositories in other regions get an explicit `region`.
 * @param isOwnKey Whether a KMS key is customer managed. Keys managed by AWS are what a repository gets without
 *   `kmsKey`.
 */
export function adoptedConfig(
  found: { private: readonly DescribedPrivateRepository[]; public: readonly DescribedPublicRepository[] },
  region: string,
  isOwnKey: (key: string) => boolean,
): AdoptedConfig {
  const config: AdoptedConfig = {
    ...{ defaults: {}, privateRepositories: {}, publicRepositories: {}, registries: {} },
    ...{ remarks: [], warnings: [], outside: [] },
  };
  const keys = new Keys(found.private.map(({ name }) => name));
  for (const each of found.private) {
    const key = keys.keyOf(each.name, each.region === region ? undefined : each.region);
    config.privateRepositories[key] = {
      ...named(each.name, key),
      ...privateEntry(each, region, isOwnKey, `private/${key}`, config),
    };
  }
  const publicKeys = new Keys(found.public.map(({ name }) => name));
  for (const each of found.public) {
    const key = publicKeys.keyOf(each.name);
    config.publicRepositories[key] = { ...named(each.name, key), ...publicEntry(each, `public/${key}`, config) };
  }
  const { defaults, entries } = commonSettings(config.privateRepositories);
  return { ...config, defaults, privateRepositories: entries };
}

/**
 * Names that cannot be used as keys: properties of every object (config/checkConfig.ts) and Pulumi's marker for
 * secrets.
 */
const reserved: readonly string[] = ["constructor", "prototype", "secure"];

/** Assigns a key to each repository: its name, or a variant where that is reserved or ambiguous. */
class Keys {
  private readonly counts = new Map<string, number>();
  private readonly given = new Set<string>();

  constructor(names: readonly string[]) {
    for (const name of names) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** @param region The repository's region; omit it for the environment's own. */
  keyOf(name: string, region?: string): string {
    const isTwice = (this.counts.get(name) ?? 0) > 1;
    if (!reserved.includes(name) && (!isTwice || region === undefined)) return name;
    const wanted = `${name}-${isTwice && region !== undefined ? region : "repository"}`;
    let key = wanted;
    for (let turn = 2; this.counts.has(key) || this.given.has(key); turn++) key = `${wanted}-${turn}`;
    this.given.add(key);
    return key;
  }
}

/** Writes `repositoryName` where the key differs, so that the name survives when `import` is removed from the file. */
function named(name: string, key: string): { repositoryName?: string } {
  return key === name ? {} : { repositoryName: name };
}

function privateEntry(
  each: DescribedPrivateRepository,
  region: string,
  isOwnKey: (key: string) => boolean,
  repository: string,
  { remarks, warnings }: AdoptedConfig,
): Entry {
  const encryption = encryptionName(each.encryptionType);
  const remark = (setting: string, value: string, defaultValue: string, change: Remark["change"] = "in place") => {
    if (value !== defaultValue) remarks.push({ repository, setting, found: value, defaultValue, change });
  };
  remark("encryption", encryption, "kms", "not possible: it is fixed when a repository is created");
  remark("imageTagMutability", each.imageTagMutability, "IMMUTABLE");
  remark("scanOnPush", String(each.scanOnPush), "true");
  if (each.lifecyclePolicy === undefined) remark("lifecyclePolicy", "none", "service");
  const access = accessOf(each.repositoryPolicy, repository, warnings);
  return {
    ...(each.region !== region && { region: each.region }),
    ...(encryption !== "kms" && { encryption }),
    ...(each.kmsKey !== undefined && isOwnKey(each.kmsKey) && { kmsKey: each.kmsKey }),
    ...(each.imageTagMutability !== "IMMUTABLE" && { imageTagMutability: each.imageTagMutability }),
    ...(each.exclusionFilters.length > 0 && { exclusionFilters: each.exclusionFilters }),
    ...(!each.scanOnPush && { scanOnPush: false }),
    lifecyclePolicy: lifecycleOf(each.lifecyclePolicy),
    ...access,
    ...tagsOf(each.tags, repository, warnings),
    import: imported(each.name, access),
  };
}

function publicEntry(each: DescribedPublicRepository, repository: string, { warnings }: AdoptedConfig): Entry {
  if (each.hasLogo) {
    warnings.push(
      `${repository}: its logo stays unless \`catalogData.logoFile\` names another; ECR does not return logos.`,
    );
  }
  const access = accessOf(each.repositoryPolicy, repository, warnings);
  const catalogData = Object.fromEntries(
    Object.entries(each.catalogData)
      .filter(([, value]) => value !== undefined && value.length > 0)
      .map(([setting, value]) => [
        setting,
        typeof value === "string" ? withoutLostWhitespace(value, `${repository}: its ${setting}`, warnings) : value,
      ]),
  );
  return {
    ...(Object.keys(catalogData).length > 0 && { catalogData }),
    ...access,
    ...tagsOf(each.tags, repository, warnings),
    import: imported(each.name, access),
  };
}

function tagsOf(tags: Record<string, string>, repository: string, warnings: string[]): { tags?: Entry } {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  if (keys.length > 1 || keys[0] !== "secure") return { tags };
  warnings.push(
    `${repository}: its only tag is "secure", which Pulumi's config reads as a secret; the first update removes it.`,
  );
  return {};
}

function imported(name: string, { access }: { access?: unknown }) {
  return access === undefined ? name : { repository: name, repositoryPolicy: true };
}

/** A repository policy's statements, unchanged. */
function accessOf(text: string | undefined, repository: string, warnings: string[]): { access?: Entry } {
  if (text === undefined) return {};
  const policy = readAccessPolicy(text);
  if (policy === undefined) {
    warnings.push(`${repository}: its policy cannot be read; it stays unchanged and outside the stack.`);
    return {};
  }
  if (policy.Version !== "2012-10-17") {
    warnings.push(
      `${repository}: its policy has the version ${policy.Version}; the first update changes it to 2012-10-17.`,
    );
  }
  if (policy.Id !== undefined) {
    warnings.push(`${repository}: its policy's Id ${JSON.stringify(policy.Id)} is removed by the first update.`);
  }
  if (!isCanonicalPolicy(text)) {
    warnings.push(
      `${repository}: its policy is rewritten by the first update, with the same meaning: ${canonicalFormRule}.`,
    );
  }
  return { access: { statements: policy.Statement } };
}
