import { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { publicRegions } from "../../ecr/names/regions";
import { wildcardMatches } from "../../ecr/tags/wildcard";
import { awsClients } from "../aws/clients";
import { type AdoptedConfig, adoptedConfig } from "./adoptedConfig";
import { adoptedRegistries } from "./adoptedRegistries";
import { customerManagedKeys } from "./customerManagedKeys";
import { readRegistry } from "./readRegistry";
import { readPrivateRepositories, readPublicRepositories } from "./readRepositories";
import { type AdoptableResource, isManaged, type TerraformEcr } from "./terraformState";

/** What to adopt from an account. */
export interface Selection {
  account: string;
  /** The first one becomes the environment's region. */
  regions: readonly string[];
  /** Repository name patterns. Empty: all repositories. */
  filter: readonly string[];
  /** Which groups to adopt; `public` has an effect only with `repositories`. */
  repositories: boolean;
  public: boolean;
  registry: boolean;
  /** Limits adoption to what this state manages. @default no limit */
  terraform?: TerraformEcr | undefined;
}

/** The adopted config, and the same resources as a Terraform state identifies them. */
export async function adoptedAccount(
  selection: Selection,
): Promise<{ config: AdoptedConfig; adoptable: AdoptableResource[] }> {
  const { account, regions, filter, terraform } = selection;
  const [region = ""] = regions;
  const wanted = (kind: "private" | "public", where?: string) => (name: string) =>
    (filter.length === 0 || filter.some((pattern) => wildcardMatches(pattern, name))) &&
    (terraform === undefined ||
      isManaged(terraform, { kind, name, account, ...(where !== undefined && { region: where }) }));
  const of = <T>(isAsked: boolean, read: (region: string) => Promise<T>) =>
    Promise.all((isAsked ? regions : []).map(read));
  const inRegions = await of(selection.repositories, (each) =>
    readPrivateRepositories(awsClients(each).ecr, each, wanted("private", each)),
  );
  const publics = new ECRPUBLICClient({ region: publicRegions[0], maxAttempts: 8 });
  const isPublic = selection.repositories && selection.public;
  const inPublic = isPublic ? await readPublicRepositories(publics, wanted("public")) : { found: [], unread: [] };
  const found = { private: inRegions.flatMap((each) => each.found), public: inPublic.found };
  const registries = await of(selection.registry, (each) => readRegistry(awsClients(each).ecr, each));
  // Loaded on first use: it brings in the program's whole validation.
  const { checkConfig } = require("../../config/checkConfig") as typeof import("../../config/checkConfig");
  const settings = adoptedRegistries(registries, {
    region,
    account,
    ...(terraform && {
      isWanted: (setting, key, where) => isManaged(terraform, { kind: setting, name: key, region: where, account }),
    }),
    faultsOf: (values) => checkConfig(values, "ecr", region).faults ?? [],
  });
  const config = adoptedConfig(found, region, await customerManagedKeys(found.private));
  return {
    config: {
      ...config,
      registries: settings.registries,
      remarks: [...config.remarks, ...settings.remarks],
      outside: [
        ...inRegions.flatMap(({ unread }) => unread.map((each) => `private/${each}`)),
        ...inPublic.unread.map((each) => `public/${each}`),
        ...settings.outside,
      ],
    },
    adoptable: [
      ...found.private.map(({ name, region }): AdoptableResource => ({ kind: "private", name, region, account })),
      ...found.public.map(({ name }): AdoptableResource => ({ kind: "public", name, account })),
      ...settings.adopted.map(
        ({ setting, key, region }): AdoptableResource => ({ kind: setting, name: key, region, account }),
      ),
    ],
  };
}
