import { version } from "../../../provider/package.json";
import { serve } from "../../../provider/protocol/serve";
import { ecrProvider } from "../../../provider/provider";
import { gated } from "./gatedProvider";

void serve(gated(ecrProvider(version)));
