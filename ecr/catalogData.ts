import type { Fault } from "./faults";
import { bytes, characters } from "./textLength";

/** The architectures that the gallery shows a badge for, as it spells them (RepositoryCatalogData: architectures). */
export const catalogArchitectures = ["ARM", "ARM 64", "x86", "x86-64"] as const;
/** The operating systems that the gallery shows a badge for, as it spells them. */
export const catalogOperatingSystems = ["Linux", "Windows"] as const;

/**
 * Bytes of the texts in UTF-8, which the AWS provider counts: its limits are the lower ones, ECR Public itself takes 25,600
 * characters of about and usage text and 1,024 of a description. Bytes of the decoded logo, entries of each list and characters
 * of an entry are of the ECR Public API, RepositoryCatalogDataInput.
 */
export const catalogDataLimits = {
  description: 1_024,
  aboutText: 10_240,
  usageText: 10_240,
  logoBytes: 512_000,
  entries: 50,
  entry: { minimum: 1, maximum: 50 },
} as const;

/** What the ECR Public gallery shows about a repository. */
export interface CatalogData {
  /** Short text of search results, at most 1,024 bytes in UTF-8. */
  description?: string;
  /** Markdown, at most 10,240 bytes in UTF-8. */
  aboutText?: string;
  /** Markdown, at most 10,240 bytes in UTF-8. */
  usageText?: string;
  /** The logo in base64, at most 512,000 bytes before encoding. The gallery shows it for verified accounts only. */
  logoImageBlob?: string;
  /** At most 50 of 1 to 50 characters. Those of `catalogArchitectures` get a badge, others are taken and not shown. */
  architectures?: readonly string[];
  /** The same, with `catalogOperatingSystems`. */
  operatingSystems?: readonly string[];
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
    ...listFaults(data.architectures, at("architectures"), catalogArchitectures),
    ...listFaults(data.operatingSystems, at("operatingSystems"), catalogOperatingSystems),
  ];
}

function textFaults(text: unknown, path: string, maximum: number): Fault[] {
  if (text === undefined) {
    return [];
  }
  if (typeof text !== "string") {
    return [{ path, value: text, rule: "this property is text.", fix: "write a text, or leave the property out." }];
  }
  const length = bytes(text);
  if (length <= maximum) {
    return [];
  }
  return [
    {
      path,
      value: text,
      rule: `the AWS provider takes at most ${maximum.toLocaleString("en")} bytes of text here, this is ${length.toLocaleString("en")} in UTF-8.`,
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
  const size = (blob.length / 4) * 3 - (/=*$/.exec(blob)?.[0].length ?? 0);
  if (size <= catalogDataLimits.logoBytes) {
    return [];
  }
  return [
    {
      path,
      value: blob,
      rule: `a logo has at most ${catalogDataLimits.logoBytes.toLocaleString("en")} bytes, this one has ${size.toLocaleString("en")}.`,
      fix: "make the image smaller, or compress it.",
    },
  ];
}

/** Names that the gallery does not know are taken too; it shows them without a badge. */
function listFaults(list: unknown, path: string, shown: readonly string[]): Fault[] {
  if (list === undefined) {
    return [];
  }
  const spelled = shown.map((name) => JSON.stringify(name)).join(", ");
  if (!Array.isArray(list)) {
    return [{ path, value: list, rule: "this property is a list.", fix: `write a list, such as of ${spelled}.` }];
  }
  const { entries, entry } = catalogDataLimits;
  const faults = list.flatMap((name: unknown, index): Fault[] => {
    const length = typeof name === "string" ? characters(name) : 0;
    if (length >= entry.minimum && length <= entry.maximum) {
      return [];
    }
    const rule = `an entry is text of ${entry.minimum} to ${entry.maximum} characters.`;
    return [{ path: `${path}[${index}]`, value: name, rule, fix: `write one; the gallery shows ${spelled}.` }];
  });
  if (list.length > entries) {
    const rule = `ECR Public takes at most ${entries} entries here, there are ${list.length}.`;
    faults.push({ path, value: list, rule, fix: "leave some out." });
  }
  return faults;
}
