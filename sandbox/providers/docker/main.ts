import { version } from "@pulumi/docker/package.json";
import { serve } from "../../../provider/protocol/serve";
import { dockerProvider } from "./provider";

void serve(dockerProvider(version));
