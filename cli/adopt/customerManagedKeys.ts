import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { errorText } from "../aws/clients";
import { printError } from "../terminal";
import type { DescribedPrivateRepository } from "./readRepositories";

/**
 * Finds the customer managed keys, which must be written to the config. Keys managed by AWS and deleted keys are left
 * out: without `kmsKey`, a repository keeps the key that it has. A key that cannot be described counts as customer
 * managed.
 */
export async function customerManagedKeys(
  found: readonly DescribedPrivateRepository[],
): Promise<(key: string) => boolean> {
  const regionOf = new Map(found.flatMap(({ kmsKey, region }) => (kmsKey === undefined ? [] : [[kmsKey, region]])));
  const own = new Set<string>();
  for (const [key, region] of regionOf) {
    try {
      const { KeyMetadata } = await new KMSClient({ region, maxAttempts: 8 }).send(
        new DescribeKeyCommand({ KeyId: key }),
      );
      if (KeyMetadata?.KeyManager !== "AWS") own.add(key);
    } catch (error) {
      if ((error as Error).name === "NotFoundException") continue;
      printError(`${key}: assumed to be the account's own key: ${errorText(error)}`);
      own.add(key);
    }
  }
  return (key) => own.has(key);
}
