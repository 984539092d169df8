import { version } from "@pulumi/aws/package.json";
import { serve } from "../../../provider/protocol/serve";
import { awsProvider } from "./provider";

void serve(awsProvider(version));
