import * as ecr from "@pulumi/aws/ecr";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { type EncryptionType, encryptionName } from "../../ecr/repository/encryption";
import { refuseInput } from "../inputChecks";

/** The properties of an existing repository that cannot be changed in place. */
export interface RequestedEncryption {
  repositoryName: string;
  encryptionType: EncryptionType;
  /** The key's own ARN. */
  kmsKey: pulumi.Input<string> | undefined;
  region: string | undefined;
}

/**
 * Checks that an adopted repository exists and is encrypted as in the program; it is looked up, even in a preview. A
 * repository's encryption cannot be changed, so with a different one the next change would replace the adopted
 * repository.
 *
 * @returns What the repository depends on. Fails with InputRefused, with the fix, before anything is registered.
 */
export function adoptable(
  subject: string,
  requested: RequestedEncryption,
  parent: pulumi.Resource,
): pulumi.Output<pulumi.Resource[]> {
  const found = pulumi.output(readExistingEncryption(subject, requested, parent));
  return pulumi.all([found, requested.kmsKey]).apply(([encryption, kmsKey]) => {
    refuseInput(subject, encryptionFaults(requested, kmsKey, encryption));
    return [];
  });
}

type ExistingEncryption = { encryptionType: string; kmsKey: string };

async function readExistingEncryption(
  subject: string,
  requested: RequestedEncryption,
  parent: pulumi.Resource,
): Promise<ExistingEncryption> {
  const { repositoryName: name, region } = requested;
  const repository = await ecr.getRepository({ name, region }, { parent }).catch((error: unknown) => {
    if (!/couldn't find resource/.test(String(error))) throw error;
    refuseInput(subject, [
      {
        path: "import",
        value: name,
        rule: `there is no repository of this name${region === undefined ? " in the provider's region" : ` in ${region}`}.`,
        fix: "correct the name or the region, or remove import to create the repository.",
      },
    ]);
    throw error;
  });
  // In a preview, a provider that cannot be configured yet returns no result.
  return repository?.encryptionConfigurations?.[0] ?? (pulumi.unknown as unknown as ExistingEncryption);
}

function encryptionFaults(
  requested: RequestedEncryption,
  kmsKey: string | undefined,
  found: ExistingEncryption,
): Fault[] {
  const is = encryptionName(found.encryptionType);
  const adopted = `the repository ${JSON.stringify(requested.repositoryName)}`;
  const forever = "which is fixed when a repository is created";
  const otherwise = "or remove import and choose another repositoryName to create a new repository.";
  if (found.encryptionType !== requested.encryptionType) {
    const key = found.encryptionType === "AES256" ? kmsKey && " and leave kmsKey out" : ` and kmsKey: ${found.kmsKey}`;
    return [
      {
        path: "encryption",
        value: encryptionName(requested.encryptionType),
        rule: `${adopted} is encrypted with ${found.encryptionType}, ${forever}.`,
        fix: `write encryption: ${is}${key ?? ""}, ${otherwise}`,
      },
    ];
  }
  // Without a key in the program, the repository keeps the one it has.
  if (kmsKey === undefined || kmsKey === found.kmsKey) return [];
  return [
    {
      path: "kmsKey",
      value: kmsKey,
      rule: `${adopted} is encrypted with the key ${found.kmsKey}, ${forever}.`,
      fix: `write kmsKey: ${found.kmsKey}, ${otherwise}`,
    },
  ];
}
