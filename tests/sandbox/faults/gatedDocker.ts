import { version } from "@pulumi/docker/package.json";
import { serve } from "../../../provider/protocol/serve";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";
import { gated } from "./gatedProvider";

void serve(gated(dockerProvider(version)));
