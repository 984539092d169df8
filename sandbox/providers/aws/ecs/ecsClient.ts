import { ECSClient } from "@aws-sdk/client-ecs";
import { serviceCaller } from "../serviceCaller";

export const ecsCaller = serviceCaller("ECS", "ecs", () => ECSClient);
