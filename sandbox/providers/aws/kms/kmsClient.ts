import { KMSClient } from "@aws-sdk/client-kms";
import { serviceCaller } from "../serviceCaller";

export const kms = serviceCaller("KMS", "kms", () => KMSClient);
