import { loadEnvironment } from "./config/environment";
import { makeEnvironment } from "./config/sections";
import { outputsVersion } from "./outputs";

// Config -> components -> outputs, section by section: config/sections. What differs between environments stands in
// Pulumi.<env>.yaml.
export = async () => {
  const { config, context } = await loadEnvironment();
  return { outputsVersion, ...makeEnvironment(config, context) };
};
