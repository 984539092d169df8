import type { Fault } from "./faults";

/** ECR Public's architectures, as its API spells them (RepositoryCatalogData: architectures). */
export const catalogArchitectures = ["ARM", "ARM 64", "x86", "x86-64"] as const;
/** ECR Public's operating systems, as its API spells them (RepositoryCatalogData: operatingSystems). */
export const catalogOperatingSystems = ["Linux", "Windows"] as const;

export type CatalogArchitecture = (typeof catalogArchitectures)[number];
export type CatalogOperatingSystem = (typeof catalogOperatingSystems)[number];

/**
 * ECR Public API, RepositoryCatalogDataInput: characters of the texts, bytes of the decoded logo. The AWS provider has
 * capped the about and usage texts at 10,240 characters; this is what the service takes.
 */
export const catalogDataLimits = {
  description: 1_024,
  aboutText: 25_600,
  usageText: 25_600,
  logoBytes: 512_000,
} as const;

/** What the ECR Public gallery shows about a repository. */
export interface CatalogData {
  /** Short text of search results, at most 1,024 characters. */
  description?: string;
  /** Markdown, at most 25,600 characters. */
  aboutText?: string;
  /** Markdown, at most 25,600 characters. */
  usageText?: string;
  /** The logo in base64, at most 512,000 bytes before encoding. The gallery shows it for verified accounts only. */
  logoImageBlob?: string;
  architectures?: readonly CatalogArchitecture[];
  operatingSystems?: readonly CatalogOperatingSystem[];
}

/**
 * Why ECR Public would refuse this catalog data.
 *
 * @param path The object's path, or an empty text for no prefix.
 * @returns Every fault, or none. Never throws.
 */
export function catalogDataFaults(data: { [Property in keyof CatalogData]?: unknown }, path: string): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  return [
    ...textFaults(data.description, at("description"), catalogDataLimits.description),
    ...textFaults(data.aboutText, at("aboutText"), catalogDataLimits.aboutText),
    ...textFaults(data.usageText, at("usageText"), catalogDataLimits.usageText),
    ...logoFaults(data.logoImageBlob, at("logoImageBlob")),
    ...choiceFaults(data.architectures, at("architectures"), catalogArchitectures),
    ...choiceFaults(data.operatingSystems, at("operatingSystems"), catalogOperatingSystems),
  ];
}

function textFaults(text: unknown, path: string, maximum: number): Fault[] {
  if (text === undefined) {
    return [];
  }
  if (typeof text !== "string") {
    return [{ path, value: text, rule: "this property is text.", fix: "write a text, or leave the property out." }];
  }
  // The service counts characters, not UTF-16 units.
  const length = [...text].length;
  if (length <= maximum) {
    return [];
  }
  return [
    {
      path,
      value: text,
      rule: `ECR Public takes at most ${maximum.toLocaleString("en")} characters here, these are ${length.toLocaleString("en")}.`,
      fix: `shorten it by ${(length - maximum).toLocaleString("en")}.`,
    },
  ];
}

function logoFaults(blob: unknown, path: string): Fault[] {
  if (blob === undefined) {
    return [];
  }
  if (typeof blob !== "string" || blob.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) {
    return [
      {
        path,
        value: blob,
        rule: "the logo is an image in base64.",
        fix: "encode the image file's bytes in base64, on one line.",
      },
    ];
  }
  const bytes = (blob.length / 4) * 3 - (/=*$/.exec(blob)?.[0].length ?? 0);
  if (bytes <= catalogDataLimits.logoBytes) {
    return [];
  }
  return [
    {
      path,
      value: blob,
      rule: `a logo has at most ${catalogDataLimits.logoBytes.toLocaleString("en")} bytes, this one has ${bytes.toLocaleString("en")}.`,
      fix: "make the image smaller, or compress it.",
    },
  ];
}

function choiceFaults(list: unknown, path: string, choices: readonly string[]): Fault[] {
  if (list === undefined) {
    return [];
  }
  const spelled = choices.map((choice) => JSON.stringify(choice)).join(", ");
  if (!Array.isArray(list)) {
    return [{ path, value: list, rule: "this property is a list.", fix: `write a list of ${spelled}.` }];
  }
  const faults: Fault[] = [];
  list.forEach((choice: unknown, index) => {
    if (choices.includes(choice as string)) {
      return;
    }
    const near = typeof choice === "string" ? choices.find((each) => plain(each) === plain(choice)) : undefined;
    faults.push({
      path: `${path}[${index}]`,
      value: choice,
      rule: `ECR Public knows ${spelled} here, spelled like that.`,
      fix: near ? `write ${JSON.stringify(near)}.` : "write one of these, or leave the entry out.",
    });
  });
  return faults;
}

/** For finding what was meant: case, spaces, `-` and `_` do not count. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[\s_-]/g, "");
}
