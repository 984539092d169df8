import { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { serviceCaller } from "../serviceCaller";

export const ecrPublic = serviceCaller("ECR PUBLIC", "ecrpublic", () => ECRPUBLICClient);
