import { version } from "@pulumi/aws/package.json";
import { serve } from "../../../provider/protocol/serve";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { gated } from "./gatedProvider";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

void serve(gated(awsProvider(version)));
