import { ECRClient } from "@aws-sdk/client-ecr";
import { serviceCaller } from "../serviceCaller";

export const ecr = serviceCaller("ECR", "ecr", () => ECRClient);
