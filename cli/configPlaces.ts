import * as path from "node:path";
import { readStackFile, stackFilesFolder } from "../config/stackFile";
import { isObject } from "../ecr/jsonObjects";

/** Says where the config of a stack describes a resource: `Pulumi.dev.yaml:8:5 ecr:privateRepositories.petclinic.lifecyclePolicy`. */
export type ConfigPlaces = (urn: string, rule: string) => string | undefined;

/** Components of the program by their types, the section that describes them, and what else their entries are called by. */
const sections: Record<string, { section: string; names: readonly string[] }> = {
  PrivateRepository: { section: "privateRepositories", names: ["repositoryName", "import"] },
  PublicRepository: { section: "publicRepositories", names: ["repositoryName", "import"] },
  ContainerImage: { section: "images", names: [] },
  MirroredImage: { section: "mirroredImages", names: [] },
  Registry: { section: "registries", names: ["region"] },
  PushRole: { section: "pushRoles", names: ["roleName"] },
  RegistryEvents: { section: "registryEvents", names: ["topicName"] },
};

/** The setting that a rule is about, by words of the rule's name; the entry as a whole for others. */
const settings: readonly (readonly [RegExp, string])[] = [
  [/lifecycle|release-tags-kept/, "lifecyclePolicy"],
  [/encryption-key/, "kmsKey"],
  [/encryption/, "encryption"],
  [/tag-immutability/, "imageTagMutability"],
  [/image-scanning/, "scanOnPush"],
  [/access/, "access"],
  [/catalog-data/, "catalogData"],
  [/deletion-protection/, "protect"],
  [/required-tags/, "tags"],
  [/image-platforms/, "platform"],
  [/image-tags|moving-tags/, "tags"],
];

/**
 * A policy speaks of resources, as it judges programs of every kind; who writes YAML wants the key. Resources that the
 * program did not make of the config have none.
 */
export function configPlaces(project: string, stack: string): ConfigPlaces {
  const name = stack.split("/").at(-1) ?? stack;
  const file = stackFile(path.join(stackFilesFolder(project), `Pulumi.${name}.yaml`));
  if (file === undefined) return () => undefined;
  return (urn, rule) => {
    const [types = "", ...called] = urn.split("::").slice(2);
    const component = /(?:^|\$)ecr:index:(\w+)(?:\$|$)/.exec(types)?.[1] ?? "";
    const known = Object.hasOwn(sections, component) ? sections[component] : undefined;
    const key = known && entryCalled(file.values[`ecr:${known.section}`], called.join("::"), known.names);
    if (known === undefined || key === undefined) return undefined;
    const entry = `ecr:${known.section}.${key}`;
    const setting = settings.find(([words]) => words.test(rule))?.[1];
    const at = setting === undefined ? entry : `${entry}.${setting}`;
    const [located] = file.located([{ path: at, value: undefined, rule: "", fix: "" }]);
    return `${located?.place ?? file.name} ${at}`;
  };
}

function stackFile(file: string) {
  try {
    return readStackFile(file, "ecr");
  } catch {
    return undefined;
  }
}

/** The key of the entry that a resource is called after: by its name in AWS, or by its key; children have more behind it. */
function entryCalled(section: string | undefined, name: string, names: readonly string[]): string | undefined {
  const entries: unknown = JSON.parse(section ?? "{}");
  const found = Object.entries(isObject(entries) ? entries : {})
    .map(([key, entry]) => {
      const own = names
        .map((each) => (isObject(entry) ? entry[each] : undefined))
        .find((each) => typeof each === "string");
      return { key, called: typeof own === "string" ? own : key };
    })
    .filter(({ called }) => name === called || (name.startsWith(called) && /^[-:.@]/.test(name.slice(called.length))));
  return found.sort((a, b) => b.called.length - a.called.length)[0]?.key;
}
