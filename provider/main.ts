import { version } from "./package.json";
import { serve } from "./protocol/serve";
import { ecrProvider } from "./provider";

void serve(ecrProvider(version, __dirname));
