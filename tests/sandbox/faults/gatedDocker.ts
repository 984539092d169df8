import { version } from "@pulumi/docker/package.json";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";
import { serve } from "../../../sandbox/providers/protocol/serve";
import { gated } from "./gatedProvider";

void serve(gated(dockerProvider(version)));
