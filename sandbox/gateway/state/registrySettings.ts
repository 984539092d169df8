import type {
  PullThroughCacheRule,
  RegistryScanningConfiguration,
  ReplicationConfiguration,
  RepositoryCreationTemplate,
  SigningConfiguration,
} from "@aws-sdk/client-ecr";
import type { Store } from "./store";

/** A private registry: one account in one region. */
export interface PrivateRegistry {
  account: string;
  region: string;
}

/** One value that each private registry has at most once. */
export class RegistrySetting<T> {
  constructor(private readonly name: string) {}

  get(store: Store, registry: PrivateRegistry): T | undefined {
    return store.setting<T>(this.name, registry.account, registry.region);
  }

  put(store: Store, registry: PrivateRegistry, value: T): void {
    store.change(() => store.putSetting(value, this.name, registry.account, registry.region));
  }

  remove(store: Store, registry: PrivateRegistry): void {
    store.change(() => store.removeSetting(this.name, registry.account, registry.region));
  }
}

/** Values of which each private registry has any number, each under a key of its own. */
export class RegistryList<T> {
  constructor(private readonly name: string) {}

  get(store: Store, registry: PrivateRegistry, key: string): T | undefined {
    return store.setting<T>(this.name, registry.account, registry.region, key);
  }

  /** All values, in the lexical order of their keys. */
  all(store: Store, registry: PrivateRegistry): { key: string; value: T }[] {
    return store
      .settingsUnder<T>(this.name, registry.account, registry.region)
      .map(([[key = ""], value]) => ({ key, value }));
  }

  put(store: Store, registry: PrivateRegistry, key: string, value: T): void {
    store.change(() => store.putSetting(value, this.name, registry.account, registry.region, key));
  }

  remove(store: Store, registry: PrivateRegistry, key: string): void {
    store.change(() => store.removeSetting(this.name, registry.account, registry.region, key));
  }
}

/** Times are kept as milliseconds since 1970. */
type Kept<T> = Omit<T, "createdAt" | "updatedAt"> & { createdAt: number; updatedAt: number };

export const registryPolicies = new RegistrySetting<string>("registryPolicy");
export const replicationConfigurations = new RegistrySetting<ReplicationConfiguration>("replication");
export const scanningConfigurations = new RegistrySetting<RegistryScanningConfiguration>("scanning");
/** `putAt` in milliseconds since 1970: images that were pushed before are not signed. */
export const signingConfigurations = new RegistrySetting<{ configuration: SigningConfiguration; putAt: number }>(
  "signing",
);
/** By `ecrRepositoryPrefix`. */
export const pullThroughCacheRules = new RegistryList<Kept<PullThroughCacheRule>>("pullThroughCacheRule");
/** By `prefix`. */
export const creationTemplates = new RegistryList<Kept<RepositoryCreationTemplate>>("creationTemplate");
/** By the principal's ARN; the value is when it was registered, in milliseconds since 1970. */
export const pullTimeExclusions = new RegistryList<number>("pullTimeExclusion");

/** A kept rule or template with its times as the wire carries them. */
export function withDates<T extends { createdAt: number; updatedAt: number }>(
  kept: T,
): Omit<T, "createdAt" | "updatedAt"> & { createdAt: Date; updatedAt: Date } {
  return { ...kept, createdAt: new Date(kept.createdAt), updatedAt: new Date(kept.updatedAt) };
}
