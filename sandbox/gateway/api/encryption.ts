import type { EncryptionConfiguration } from "@aws-sdk/client-ecr";
import { type EncryptionType, encryptionFaults, isAwsManagedKey } from "../../../ecr/repository/encryption";
import type { GatewayContext } from "../context";
import { awsManagedKeyArn } from "../repositories/managedKey";
import type { RegistryAddress } from "../state/records";
import { refuseInput } from "./faults";

/**
 * A new repository's encryption: AES256 by default. With KMS, the given key, which must exist and be enabled in the
 * repository's region, or the AWS managed key.
 *
 * @throws InvalidParameterException for settings that ECR refuses, KmsException for a key that KMS does not have.
 */
export async function repositoryEncryption(
  context: GatewayContext,
  registry: RegistryAddress,
  given: EncryptionConfiguration | undefined,
): Promise<{ encryptionType: EncryptionType; kmsKey?: string }> {
  refuseInput(encryptionFaults({ ...given }, "encryptionConfiguration", registry.region));
  const encryptionType = given?.encryptionType ?? "AES256";
  if (encryptionType === "AES256") {
    return { encryptionType };
  }
  const key = given?.kmsKey;
  if (key === undefined || isAwsManagedKey(key)) {
    return { encryptionType, kmsKey: awsManagedKeyArn(context, registry) };
  }
  // ECR returns the key's ARN, however the key was specified.
  return { encryptionType, kmsKey: await context.ministack.usableKeyArn(key, registry.account, registry.region) };
}
