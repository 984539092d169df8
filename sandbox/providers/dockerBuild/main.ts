import { version } from "@pulumi/docker-build/package.json";
import { serve } from "../../../provider/protocol/serve";
import { dockerBuildProvider } from "./provider";

void serve(dockerBuildProvider(version));
