import { maximumConfigSize } from "../../config/configSize";
import type { AdoptedConfig } from "./adoptedConfig";
import type { Entry } from "./commonSettings";

/** Maximum config size of one environment in bytes; leaves room for later additions. */
export const configMaximum = Math.floor(maximumConfigSize * 0.875);

const sections = ["registries", "privateRepositories", "publicRepositories"] as const;
type Sections = Pick<AdoptedConfig, (typeof sections)[number]>;

/** Splits registries and repositories into as few environments as fit the size limit, keeping their order. */
export function splitIntoEnvironments(config: AdoptedConfig, maximum = configMaximum): AdoptedConfig[] {
  const parts: AdoptedConfig[] = [];
  let room = 0;
  for (const section of sections) {
    for (const [key, entry] of Object.entries(config[section])) {
      const size = sizeOf(key, entry);
      if (parts.length === 0 || room < size) {
        parts.push({ ...config, ...emptySections() });
        room = maximum;
      }
      (parts.at(-1) as Sections)[section][key] = entry;
      room -= size;
    }
  }
  return parts;
}

/** Environment names: the requested one, then numbered ones. */
export function environmentNames(environment: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? environment : `${environment}-${index + 1}`));
}

function emptySections(): Sections {
  return { registries: {}, privateRepositories: {}, publicRepositories: {} };
}

/** Size in the environment variable, where each section is a JSON string within JSON. */
function sizeOf(key: string, entry: Entry): number {
  const text = JSON.stringify(JSON.stringify({ [key]: entry }));
  return Buffer.byteLength(text);
}
