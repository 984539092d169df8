import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { encryptionFaults, isAwsManagedKey, parseKmsKey } from "../ecr/encryption";
import type { Fault } from "../ecr/faults";
import { isKnownLater, refuseInput } from "./inputChecks";

/** A key as AWS answers it. */
export interface KmsKeyArn {
  /** Its own ARN. Nothing for `alias/aws/ecr`: that is the key when none is named. */
  readonly arn: pulumi.Input<string> | undefined;
  /** Fails with InputRefused when there is no such key, or in another region; what uses the key depends on this. */
  readonly found: pulumi.Output<pulumi.Resource[]>;
}

/**
 * A KMS key in the one form that AWS answers with, its own ARN, however it was named: ECR takes an id and an alias too,
 * and another form than the answer's would replace the repository at each update. A key that is not named by its ARN is
 * looked up (`kms:DescribeKey`), in a preview too. One that is has a region, which is compared with the provider's where the
 * program names none.
 *
 * @param subject What the refusal of a key that is not there is about.
 */
export function kmsKeyArn(
  subject: string,
  kmsKey: pulumi.Input<string> | undefined,
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): KmsKeyArn {
  if (kmsKey === undefined) return { arn: undefined, found: pulumi.output([]) };
  if (!isKnownLater(kmsKey) && needsNoLookUp(kmsKey as string)) {
    return { arn: ownForm(kmsKey as string), found: inRegion(subject, kmsKey, region, parent) };
  }
  const answer = pulumi
    .all([kmsKey, region])
    .apply(
      async ([name, place]): Promise<Answer> =>
        needsNoLookUp(name) ? { arn: ownForm(name) } : lookUp(name, place, parent),
    );
  return {
    // An input that fails would put words of its own in front of the refusal.
    arn: answer.apply(({ arn, fault }) => (fault ? unknownText : arn)) as pulumi.Output<string>,
    found: pulumi.all([answer, inRegion(subject, kmsKey, region, parent)]).apply(([{ fault }]) => {
      refuseInput(subject, fault ? [fault] : []);
      return [];
    }),
  };
}

/** Fails with InputRefused when the key's ARN names another region than the repository's. */
function inRegion(
  subject: string,
  kmsKey: pulumi.Input<string>,
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<pulumi.Resource[]> {
  // A region that is written down was compared with a key that is, before.
  const isCompared = !isKnownLater(kmsKey) && region !== undefined && !isKnownLater(region);
  const namesNone = !isKnownLater(kmsKey) && parseKmsKey(kmsKey as string)?.region === undefined;
  if (isCompared || namesNone) return pulumi.output([]);
  const place = region ?? aws.getRegionOutput({}, { parent }).region;
  return pulumi.all([kmsKey, place]).apply(([name, known]) => {
    const faults = encryptionFaults({ encryptionType: "KMS", kmsKey: name }, "", known);
    refuseInput(subject, faults);
    return [];
  });
}

/** The same for a key that is known, by the default provider; undefined where there is no such key. */
export async function knownKmsKeyArn(name: string, region: string): Promise<string | undefined> {
  if (needsNoLookUp(name)) return ownForm(name);
  const found = await aws.kms.getKey({ keyId: name, region }).catch((error: unknown) => {
    if (!/NotFoundException/.test(String(error))) throw error;
    return undefined;
  });
  return found?.arn;
}

function needsNoLookUp(name: string): boolean {
  const key = parseKmsKey(name);
  return isAwsManagedKey(name) || (key?.region !== undefined && !key.resource.startsWith("alias/"));
}

function ownForm(name: string): string | undefined {
  return isAwsManagedKey(name) ? undefined : name;
}

interface Answer {
  arn?: string | undefined;
  fault?: Fault;
}

async function lookUp(name: string, region: string | undefined, parent: pulumi.Resource): Promise<Answer> {
  try {
    const found = await aws.kms.getKey({ keyId: name, region }, { parent });
    // In a preview, a provider that cannot be configured yet answers nothing at all.
    return { arn: found?.arn ?? unknownText };
  } catch (error) {
    if (!/NotFoundException/.test(String(error))) throw error;
    const where = region === undefined ? "the provider's region" : region;
    return {
      fault: {
        path: "kmsKey",
        value: name,
        rule: `the account has no such key in ${where}.`,
        fix: "write a key that `aws kms list-aliases` or `aws kms list-keys` names, or leave kmsKey out.",
      },
    };
  }
}

const unknownText = pulumi.unknown as unknown as string;
