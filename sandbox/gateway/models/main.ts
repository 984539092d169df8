import { modelFiles, modelsFolder, writePinnedModels } from "./botocoreModels";

// `npm run models`: writes the models of the botocore that sandbox/python/botocore.in pins.
writePinnedModels(modelsFolder, console.log).then(
  () => console.log(modelFiles.map((file) => `sandbox/gateway/models/${file}`).join("\n")),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
