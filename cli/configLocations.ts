import * as path from "node:path";
import { readStackFile, stackFilesFolder } from "../config/stackFile";
import { isObject } from "../ecr/values/jsonObjects";

/**
 * Finds where a stack's config defines a resource:
 * `Pulumi.dev.yaml:8:5 ecr:privateRepositories.petclinic.lifecyclePolicy`.
 */
export type ConfigLocations = (urn: string, rule: string) => string | undefined;

/**
 * The program's component types, each with its config section and the properties that may also give an entry's name.
 */
const sections: Record<string, { section: string; names: readonly string[] }> = {
  PrivateRepository: { section: "privateRepositories", names: ["repositoryName", "import"] },
  PublicRepository: { section: "publicRepositories", names: ["repositoryName", "import"] },
  ContainerImage: { section: "images", names: [] },
  MirroredImage: { section: "mirroredImages", names: [] },
  Registry: { section: "registries", names: ["region"] },
  PushRole: { section: "pushRoles", names: ["roleName"] },
  RegistryEvents: { section: "registryEvents", names: ["topicName"] },
};

/** The setting a rule is about, by parts of the rule's name; for other rules, the whole entry. */
const settings: readonly (readonly [RegExp, string])[] = [
  [/lifecycle|release-tags-kept|stack-images-kept/, "lifecyclePolicy"],
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
 * Policies report resources, because they evaluate any kind of program, but a YAML author needs the config key.
 * Undefined for resources that the program did not create from the config.
 */
export function configLocations(project: string, stack: string): ConfigLocations {
  const name = stack.split("/").at(-1) ?? stack;
  const file = stackFile(path.join(stackFilesFolder(project), `Pulumi.${name}.yaml`));
  if (file === undefined) return () => undefined;
  return (urn, rule) => {
    const [types = "", ...called] = urn.split("::").slice(2);
    const component = /(?:^|\$)ecr:index:(\w+)(?:\$|$)/.exec(types)?.[1] ?? "";
    const known = Object.hasOwn(sections, component) ? sections[component] : undefined;
    const key =
      known &&
      findEntryKey(file.values[`ecr:${known.section}`], called.join("::"), known.names, file.values["aws:region"]);
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

/**
 * The key of a resource's entry: by its name in AWS, or by its key; children's names have a suffix. Of entries with the
 * same name in several regions, it is the one whose region the name ends with, or the provider's.
 */
function findEntryKey(
  section: string | undefined,
  name: string,
  names: readonly string[],
  providerRegion: string | undefined,
): string | undefined {
  const entries: unknown = JSON.parse(section ?? "{}");
  const found = Object.entries(isObject(entries) ? entries : {})
    .map(([key, entry]) => {
      const settings = isObject(entry) ? entry : {};
      const own = names.map((each) => settings[each]).find((each) => typeof each === "string");
      const called = typeof own === "string" ? own : key;
      const region = settings["region"] ?? providerRegion;
      const rest = name.slice(called.length);
      const isHere = /^[.@]/.test(rest) && rest.slice(1).startsWith(`${region}`);
      return { key, called, rest, rank: isHere ? 2 : region === providerRegion ? 1 : 0 };
    })
    .filter(({ called, rest }) => name.startsWith(called) && (rest === "" || /^[-:.@]/.test(rest)));
  return found.sort((a, b) => b.called.length - a.called.length || b.rank - a.rank)[0]?.key;
}
