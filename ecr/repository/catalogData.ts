import type { Fault } from "../faults";
import { byteLength, characterCount } from "../values/stringLength";

/** Architectures with a badge in the gallery, in its spelling (RepositoryCatalogData: architectures). */
export const catalogArchitectures = ["ARM", "ARM 64", "x86", "x86-64"] as const;
/** Operating systems with a badge in the gallery, in its spelling. */
export const catalogOperatingSystems = ["Linux", "Windows"] as const;

/**
 * Length of the strings in UTF-8 bytes, as the AWS provider counts: its limits are lower than ECR Public's own of
 * 25,600 characters for about and usage text and 1,024 for a description. The limits for the decoded logo in bytes, the
 * lists' entries, and an entry's characters are from the ECR Public API, RepositoryCatalogDataInput.
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
  /** Short description in search results, at most 1,024 bytes in UTF-8. */
  description?: string;
  /** Markdown, at most 10,240 bytes in UTF-8. */
  aboutText?: string;
  /** Markdown, at most 10,240 bytes in UTF-8. */
  usageText?: string;
  /** The logo in base64, at most 512,000 bytes before encoding. The gallery shows it for verified accounts only. */
  logoImageBlob?: string;
  /**
   * At most 50 of 1 to 50 characters. Those in `catalogArchitectures` get a badge; others are accepted but not shown.
   */
  architectures?: readonly string[];
  /** The same, with `catalogOperatingSystems`. */
  operatingSystems?: readonly string[];
}

/**
 * Why ECR Public would refuse this catalog data.
 *
 * @param path The object's path, or an empty string for no prefix.
 * @returns Every fault, or none. Never throws.
 */
export function catalogDataFaults(data: { [Property in keyof CatalogData]?: unknown }, path: string): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  return [
    ...stringFaults(data.description, at("description"), catalogDataLimits.description),
    ...stringFaults(data.aboutText, at("aboutText"), catalogDataLimits.aboutText),
    ...stringFaults(data.usageText, at("usageText"), catalogDataLimits.usageText),
    ...logoFaults(data.logoImageBlob, at("logoImageBlob")),
    ...listFaults(data.architectures, at("architectures"), catalogArchitectures),
    ...listFaults(data.operatingSystems, at("operatingSystems"), catalogOperatingSystems),
  ];
}

function stringFaults(text: unknown, path: string, maximum: number): Fault[] {
  if (text === undefined) {
    return [];
  }
  if (typeof text !== "string") {
    return [{ path, value: text, rule: "must be a string.", fix: "write a string, or leave the property out." }];
  }
  const length = byteLength(text);
  if (length <= maximum) {
    return [];
  }
  return [
    {
      path,
      value: text,
      rule: `the AWS provider accepts at most ${maximum.toLocaleString("en")} bytes here; this is ${length.toLocaleString("en")} in UTF-8.`,
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
        rule: "the logo must be an image in base64.",
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
      rule: `a logo can have at most ${catalogDataLimits.logoBytes.toLocaleString("en")} bytes; this one has ${size.toLocaleString("en")}.`,
      fix: "make the image smaller, or compress it.",
    },
  ];
}

/** Names unknown to the gallery are accepted, too; they have no badge. */
function listFaults(list: unknown, path: string, shown: readonly string[]): Fault[] {
  if (list === undefined) {
    return [];
  }
  const spelled = shown.map((name) => JSON.stringify(name)).join(", ");
  if (!Array.isArray(list)) {
    return [{ path, value: list, rule: "must be a list.", fix: `write a list, for example of ${spelled}.` }];
  }
  const { entries, entry } = catalogDataLimits;
  const faults = list.flatMap((name: unknown, index): Fault[] => {
    const length = typeof name === "string" ? characterCount(name) : 0;
    if (length >= entry.minimum && length <= entry.maximum) {
      return [];
    }
    const rule = `an entry must be a string of ${entry.minimum} to ${entry.maximum} characters.`;
    return [{ path: `${path}[${index}]`, value: name, rule, fix: `write one; the gallery shows ${spelled}.` }];
  });
  if (list.length > entries) {
    const rule = `ECR Public accepts at most ${entries} entries here; there are ${list.length}.`;
    faults.push({ path, value: list, rule, fix: "leave some out." });
  }
  return faults;
}
