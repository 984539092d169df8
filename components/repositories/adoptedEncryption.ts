import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionType } from "../../ecr/encryption";
import type { Fault } from "../../ecr/faults";
import { refuseInput } from "../inputChecks";

/** What a program asks of an existing repository that cannot be changed in place. All else of it can. */
export interface AskedEncryption {
  repositoryName: string;
  encryptionType: EncryptionType;
  /** The key's own ARN. */
  kmsKey: pulumi.Input<string> | undefined;
  region: string | undefined;
}

/** ECR's encryption types as a program writes them. */
const written: Readonly<Record<string, string>> = { AES256: "aes256", KMS: "kms", KMS_DSSE: "kmsDsse" };

/**
 * Whether a repository that is adopted is there and encrypted as the program says: it is looked up, in a preview too.
 * Nothing can change a repository's encryption, so another one would mean that the next change replaces what was adopted.
 *
 * @returns What the repository depends on. It fails with InputRefused, before anything is registered, and says what to
 *   write.
 */
export function adoptable(
  subject: string,
  asked: AskedEncryption,
  parent: pulumi.Resource,
): pulumi.Output<pulumi.Resource[]> {
  const found = pulumi.output(lookUp(subject, asked, parent));
  return pulumi.all([found, asked.kmsKey]).apply(([encryption, kmsKey]) => {
    refuseInput(subject, encryptionFaults(asked, kmsKey, encryption));
    return [];
  });
}

type Found = { encryptionType: string; kmsKey: string };

async function lookUp(subject: string, asked: AskedEncryption, parent: pulumi.Resource): Promise<Found> {
  const { repositoryName: name, region } = asked;
  const repository = await aws.ecr.getRepository({ name, region }, { parent }).catch((error: unknown) => {
    if (!/couldn't find resource/.test(String(error))) throw error;
    refuseInput(subject, [
      {
        path: "import",
        value: name,
        rule: `there is no repository of this name${region === undefined ? " in the provider's region" : ` in ${region}`}.`,
        fix: "correct the name or the region, or leave import out: then the repository is created.",
      },
    ]);
    throw error;
  });
  // In a preview, a provider that cannot be configured yet answers nothing at all.
  return repository?.encryptionConfigurations?.[0] ?? (pulumi.unknown as unknown as Found);
}

function encryptionFaults(asked: AskedEncryption, kmsKey: string | undefined, found: Found): Fault[] {
  const is = written[found.encryptionType] ?? found.encryptionType;
  const adopted = `the repository ${JSON.stringify(asked.repositoryName)}`;
  const forever = "which is fixed when a repository is created";
  const otherwise = "or leave import out and choose another repositoryName, for a new repository.";
  if (found.encryptionType !== asked.encryptionType) {
    const key = found.encryptionType === "AES256" ? kmsKey && " and leave kmsKey out" : ` and kmsKey: ${found.kmsKey}`;
    return [
      {
        path: "encryption",
        value: written[asked.encryptionType],
        rule: `${adopted} is encrypted with ${found.encryptionType}, ${forever}.`,
        fix: `write encryption: ${is}${key ?? ""}, ${otherwise}`,
      },
    ];
  }
  // Without a key in the program the repository keeps the one that it has.
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
