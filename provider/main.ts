import { version } from "./package.json";
import { serve } from "./protocol/serve";
import { ecrProvider } from "./provider";

// The SDK announces the end of its support for this Node version; the engine would print that on every command.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

void serve(ecrProvider(version));
