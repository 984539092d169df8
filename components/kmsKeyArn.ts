import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../ecr/faults";
import { encryptionFaults, isAwsManagedKey, parseKmsKey } from "../ecr/repository/encryption";
import { isPlain, refuseInput } from "./inputChecks";

/** A key as AWS reports it. */
export interface KmsKeyArn {
  /** The key's own ARN. Undefined for `alias/aws/ecr`, which is the default key. */
  readonly arn: pulumi.Input<string> | undefined;
  /**
   * Fails with InputRefused when the key does not exist or is in another region; resources that use the key depend on
   * it.
   */
  readonly found: pulumi.Output<pulumi.Resource[]>;
}

/**
 * Resolves a KMS key to its own ARN, which is what AWS reports: ECR also accepts an ID or alias, but then every update
 * would see a difference and replace the repository. Anything but a key ARN is looked up (`kms:DescribeKey`), even in a
 * preview. A key ARN has a region, which is compared with the provider's when the program sets none.
 *
 * @param subject Subject of the error when the key does not exist.
 */
export function kmsKeyArn(
  subject: string,
  kmsKey: pulumi.Input<string> | undefined,
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): KmsKeyArn {
  if (kmsKey === undefined) return { arn: undefined, found: pulumi.output([]) };
  if (isPlain(kmsKey) && isOwnArn(kmsKey as string)) {
    return { arn: resolvedArn(kmsKey as string), found: inRegion(subject, kmsKey, region, parent) };
  }
  const answer = pulumi
    .all([kmsKey, region])
    .apply(
      async ([name, place]): Promise<LookupResult> =>
        isOwnArn(name) ? { arn: resolvedArn(name) } : lookUpKey(name, place, parent),
    );
  return {
    // An input that fails would prefix the refusal with the SDK's own message.
    arn: answer.apply(({ arn, fault }) => (fault ? unknownString : arn)) as pulumi.Output<string>,
    found: pulumi.all([answer, inRegion(subject, kmsKey, region, parent)]).apply(([{ fault }]) => {
      refuseInput(subject, fault ? [fault] : []);
      return [];
    }),
  };
}

/** Fails with InputRefused when the key's ARN has a different region than the repository. */
function inRegion(
  subject: string,
  kmsKey: pulumi.Input<string>,
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<pulumi.Resource[]> {
  // A region and key that are both known were already compared.
  const isCompared = isPlain(kmsKey) && region !== undefined && isPlain(region);
  const namesNone = isPlain(kmsKey) && parseKmsKey(kmsKey as string)?.region === undefined;
  if (isCompared || namesNone) return pulumi.output([]);
  const place = region ?? getRegionOutput({}, { parent }).region;
  return pulumi.all([kmsKey, place]).apply(([name, known]) => {
    const faults = encryptionFaults({ encryptionType: "KMS", kmsKey: name }, "", known);
    refuseInput(subject, faults);
    return [];
  });
}

/** The same for a known key, with the default provider; undefined when it does not exist. */
export async function knownKmsKeyArn(name: string, region: string): Promise<string | undefined> {
  if (isOwnArn(name)) return resolvedArn(name);
  const found = await kms.getKey({ keyId: name, region }).catch((error: unknown) => {
    if (!/NotFoundException/.test(String(error))) throw error;
    return undefined;
  });
  return found?.arn;
}

function isOwnArn(name: string): boolean {
  const key = parseKmsKey(name);
  return isAwsManagedKey(name) || (key?.region !== undefined && !key.resource.startsWith("alias/"));
}

function resolvedArn(name: string): string | undefined {
  return isAwsManagedKey(name) ? undefined : name;
}

interface LookupResult {
  arn?: string | undefined;
  fault?: Fault;
}

async function lookUpKey(name: string, region: string | undefined, parent: pulumi.Resource): Promise<LookupResult> {
  try {
    const found = await kms.getKey({ keyId: name, region }, { parent });
    // In a preview, a provider that cannot be configured yet returns no result.
    return { arn: found?.arn ?? unknownString };
  } catch (error) {
    if (!/NotFoundException/.test(String(error))) throw error;
    const where = region === undefined ? "the provider's region" : region;
    return {
      fault: {
        path: "kmsKey",
        value: name,
        rule: `the account has no such key in ${where}.`,
        fix: "write a key that `aws kms list-aliases` or `aws kms list-keys` lists, or remove kmsKey.",
      },
    };
  }
}

const unknownString = pulumi.unknown as unknown as string;
