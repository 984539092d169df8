import { LambdaClient } from "@aws-sdk/client-lambda";
import { serviceCaller } from "../serviceCaller";

export const lambdaCaller = serviceCaller("Lambda", "lambda", () => LambdaClient);
