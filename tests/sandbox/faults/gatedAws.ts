import { version } from "@pulumi/aws/package.json";
import { serve } from "../../../provider/protocol/serve";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { gated } from "./gatedProvider";

void serve(gated(awsProvider(version)));
