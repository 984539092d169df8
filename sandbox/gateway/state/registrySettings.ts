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

/** A value that each private registry has at most once. */
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

/** A keyed collection in each private registry. */
export class RegistryList<T> {
  constructor(private readonly name: string) {}

  get(store: Store, registry: PrivateRegistry, key: string): T | undefined {
    return store.setting<T>(this.name, registry.account, registry.region, key);
  }

  /** All values, sorted by key. */
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

/** Times are stored as milliseconds since 1970. */
type StoredSetting<T> = Omit<T, "createdAt" | "updatedAt"> & { createdAt: number; updatedAt: number };

export const registryPolicies = new RegistrySetting<string>("registryPolicy");
export const replicationConfigurations = new RegistrySetting<ReplicationConfiguration>("replication");
export const scanningConfigurations = new RegistrySetting<RegistryScanningConfiguration>("scanning");
/** `putAt` in milliseconds since 1970: images pushed earlier are not signed. */
export const signingConfigurations = new RegistrySetting<{ configuration: SigningConfiguration; putAt: number }>(
  "signing",
);
/** Keyed by `ecrRepositoryPrefix`. */
export const pullThroughCacheRules = new RegistryList<StoredSetting<PullThroughCacheRule>>("pullThroughCacheRule");
/** Keyed by `prefix`. */
export const creationTemplates = new RegistryList<StoredSetting<RepositoryCreationTemplate>>("creationTemplate");
/** Keyed by the principal's ARN; the value is the registration time in milliseconds since 1970. */
export const pullTimeExclusions = new RegistryList<number>("pullTimeExclusion");

/** A stored rule or template with its times as dates, for responses. */
export function withDates<T extends { createdAt: number; updatedAt: number }>(
  kept: T,
): Omit<T, "createdAt" | "updatedAt"> & { createdAt: Date; updatedAt: Date } {
  return { ...kept, createdAt: new Date(kept.createdAt), updatedAt: new Date(kept.updatedAt) };
}
