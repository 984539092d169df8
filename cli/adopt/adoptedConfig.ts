import { readAccessPolicy } from "../../ecr/accessPolicy";
import type { PrivateFound, PublicFound } from "./readRepositories";

/** An entry of `ecr:privateRepositories` or `ecr:publicRepositories`, as far as it is written here. */
export type Entry = Record<string, unknown>;

/** What this project would set otherwise, and what that would do. */
export interface Remark {
  /** `private/<key>` or `public/<key>`. */
  repository: string;
  setting: string;
  /** As it is. */
  found: string;
  /** As the project has it unless told otherwise. */
  usual: string;
  /** What taking the setting out of the file does. */
  change: "in place" | "not possible: it is fixed when a repository is created";
}

/** What is written into an environment's file for repositories that are there. */
export interface AdoptedConfig {
  privateRepositories: Record<string, Entry>;
  publicRepositories: Record<string, Entry>;
  remarks: Remark[];
  /** What the config cannot say, or not as it is. */
  warnings: string[];
}

const written: Readonly<Record<string, string>> = { AES256: "aes256", KMS: "kms", KMS_DSSE: "kmsDsse" };

/**
 * The config that leaves repositories as they are.
 *
 * @param region The environment's: repositories of another one name theirs.
 * @param isOwnKey Whether a key is the customer's: AWS's own key for ECR is what a repository without a key has.
 */
export function adoptedConfig(
  found: { private: readonly PrivateFound[]; public: readonly PublicFound[] },
  region: string,
  isOwnKey: (key: string) => boolean,
): AdoptedConfig {
  const config: AdoptedConfig = { privateRepositories: {}, publicRepositories: {}, remarks: [], warnings: [] };
  const keys = new Keys(found.private.map(({ name }) => name));
  for (const each of found.private) {
    const key = keys.keyOf(each.name, each.region === region ? undefined : each.region);
    config.privateRepositories[key] = privateEntry(each, region, isOwnKey, `private/${key}`, config);
  }
  const publicKeys = new Keys(found.public.map(({ name }) => name));
  for (const each of found.public) {
    const key = publicKeys.keyOf(each.name);
    config.publicRepositories[key] = publicEntry(each, `public/${key}`, config);
  }
  return config;
}

/** Names that no key can have: of every object (config/checkConfig.ts), and Pulumi's mark of a secret. */
const reserved: readonly string[] = ["constructor", "prototype", "secure"];

/** Keys for repositories: their names, where no other one has that. */
class Keys {
  private readonly counts = new Map<string, number>();
  private readonly given = new Set<string>();

  constructor(names: readonly string[]) {
    for (const name of names) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** @param region Where it is, unless that is the environment's own. */
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

function privateEntry(
  each: PrivateFound,
  region: string,
  isOwnKey: (key: string) => boolean,
  repository: string,
  { remarks, warnings }: AdoptedConfig,
): Entry {
  const encryption = written[each.encryptionType] ?? each.encryptionType;
  const remark = (setting: string, value: string, usual: string, change: Remark["change"] = "in place") => {
    if (value !== usual) remarks.push({ repository, setting, found: value, usual, change });
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
    lifecyclePolicy: each.lifecyclePolicy === undefined ? false : JSON.parse(each.lifecyclePolicy),
    ...access,
    ...tagsOf(each.tags, repository, warnings),
    import: imported(each.name, access),
  };
}

function publicEntry(each: PublicFound, repository: string, { warnings }: AdoptedConfig): Entry {
  if (each.hasLogo) {
    warnings.push(`${repository}: its logo stays, unless \`catalogData.logoFile\` names another: ECR gives none back.`);
  }
  const access = accessOf(each.repositoryPolicy, repository, warnings);
  const catalogData = Object.fromEntries(
    Object.entries(each.catalogData)
      .filter(([, value]) => value !== undefined && value.length > 0)
      .map(([setting, value]) => [
        setting,
        typeof value === "string" ? writable(value, `${repository}: its ${setting}`, warnings) : value,
      ]),
  );
  return {
    ...(Object.keys(catalogData).length > 0 && { catalogData }),
    ...access,
    ...tagsOf(each.tags, repository, warnings),
    import: imported(each.name, access),
  };
}

/** What Pulumi's config can hold of a text: its reader loses line breaks and tabs that begin one. */
function writable(text: string, what: string, warnings: string[]): string {
  const rest = text.replace(/^\s*[\n\t\r]/, "");
  if (rest !== text) {
    warnings.push(
      `${what} begins with a blank line or a tab; the first update takes that away, as Pulumi's config has none.`,
    );
  }
  return rest;
}

function tagsOf(tags: Record<string, string>, repository: string, warnings: string[]): { tags?: Entry } {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  if (keys.length > 1 || keys[0] !== "secure") return { tags };
  warnings.push(
    `${repository}: its only tag is "secure", which Pulumi's config takes for a secret; the first update takes it away.`,
  );
  return {};
}

function imported(name: string, { access }: { access?: unknown }) {
  return access === undefined ? name : { repository: name, repositoryPolicy: true };
}

/** A repository's policy as it is: its statements, one by one. */
function accessOf(text: string | undefined, repository: string, warnings: string[]): { access?: Entry } {
  if (text === undefined) return {};
  const policy = readAccessPolicy(text);
  if (policy === undefined) {
    warnings.push(`${repository}: its policy cannot be read, and stays as it is without the stack.`);
    return {};
  }
  if (policy.Version !== "2012-10-17") {
    warnings.push(
      `${repository}: its policy has the version ${policy.Version}; the first update makes that 2012-10-17.`,
    );
  }
  if (policy.Id !== undefined) {
    warnings.push(`${repository}: its policy's Id ${JSON.stringify(policy.Id)} goes with the first update.`);
  }
  return { access: { statements: policy.Statement } };
}
