import { EC2Client } from "@aws-sdk/client-ec2";
import { serviceCaller } from "../serviceCaller";

export const ec2Caller = serviceCaller("EC2", "ec2", () => EC2Client);
