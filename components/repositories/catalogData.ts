import type { Fault } from "../../ecr/faults";
import { type CatalogData, catalogDataFaults, catalogDataLimits } from "../../ecr/repository/catalogData";
import type { InputChecks } from "../inputChecks";
import { readProjectFile } from "../projectFile";

/** What the public gallery shows. */
export interface CatalogDataArgs {
  /** Short text for search results, at most 1,024 bytes in UTF-8: 341 Korean letters. @default none */
  description?: string;
  /** Description of the images: Markdown, at most 10,240 bytes in UTF-8. @default none */
  aboutText?: string;
  /**
   * A Markdown file with the about text, in UTF-8, at most 10,240 bytes, in the project's folder, relative to its root.
   * A link must not lead out of it, and no part of the path may begin with a dot. Not with `aboutText`.
   * @default none
   */
  aboutFile?: string;
  /** How to use the images: Markdown, at most 10,240 bytes in UTF-8. @default none */
  usageText?: string;
  /**
   * A Markdown file with the usage text, in UTF-8, at most 10,240 bytes, in the project's folder, relative to its root.
   * A link must not lead out of it, and no part of the path may begin with a dot. Not with `usageText`.
   * @default none
   */
  usageFile?: string;
  /**
   * `ARM`, `ARM 64`, `x86`, `x86-64`: the gallery shows a badge for each. At most 50 of 1 to 50 characters; any other
   * name is accepted without a badge.
   * @default none
   */
  architectures?: string[];
  /** `Linux`, `Windows`, in the same way. @default none */
  operatingSystems?: string[];
  /**
   * The logo: a PNG file in the project's folder as above, at most 512,000 bytes. The gallery shows it only for
   * verified accounts.
   * @default none
   */
  logoFile?: string;
}

/** Catalog data in the provider's format. */
export type CatalogDataInputs = Omit<CatalogData, "architectures" | "operatingSystems"> &
  Pick<CatalogDataArgs, "architectures" | "operatingSystems">;

/** Catalog data with the files' contents; what ECR Public or the provider would refuse is added to `checks`. */
export function readCatalogData(args: CatalogDataArgs | undefined, checks: InputChecks): CatalogDataInputs | undefined {
  if (args === undefined) return undefined;
  const { aboutFile, usageFile, logoFile, ...given } = args;
  const aboutText = readText(given.aboutText, "about", aboutFile, checks);
  const usageText = readText(given.usageText, "usage", usageFile, checks);
  const logoImageBlob = logoFile === undefined ? undefined : readLogo(logoFile, checks);
  const data = {
    ...given,
    ...(aboutText !== undefined && { aboutText }),
    ...(usageText !== undefined && { usageText }),
    ...(logoImageBlob !== undefined && { logoImageBlob }),
  };
  checks.add(catalogDataFaults(data, "catalogData").map((fault) => withFilePath(fault, args)));
  return data;
}

/** Moves a fault to the property that the user wrote. */
function withFilePath(fault: Fault, args: CatalogDataArgs): Fault {
  if (fault.path === "catalogData.aboutText" && args.aboutFile !== undefined) {
    return { ...fault, path: "catalogData.aboutFile", value: args.aboutFile };
  }
  if (fault.path === "catalogData.usageText" && args.usageFile !== undefined) {
    return { ...fault, path: "catalogData.usageFile", value: args.usageFile };
  }
  return fault.path === "catalogData.logoImageBlob"
    ? { ...fault, path: "catalogData.logoFile", value: args.logoFile }
    : fault;
}

function readText(
  text: string | undefined,
  what: "about" | "usage",
  file: string | undefined,
  checks: InputChecks,
): string | undefined {
  const path = `catalogData.${what}File`;
  if (file !== undefined && text !== undefined) {
    checks.add([
      {
        path,
        value: file,
        rule: `the ${what} text must come from the program or from a file, not both.`,
        fix: `remove ${what}File or ${what}Text.`,
      },
    ]);
    return undefined;
  }
  return file === undefined
    ? text
    : readFile(file, path, "a Markdown file", catalogDataLimits[`${what}Text`], checks)?.toString("utf8");
}

/** The file in base64. ECR Public accepts any bytes; the PNG signature is checked to catch a broken image. */
function readLogo(file: string, checks: InputChecks): string | undefined {
  const path = "catalogData.logoFile";
  const bytes = readFile(file, path, "a PNG file", catalogDataLimits.logoBytes, checks);
  if (bytes === undefined) return undefined;
  if (!bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) {
    checks.add([{ path, value: file, rule: "the logo must be a PNG file.", fix: "convert it to PNG." }]);
    return undefined;
  }
  return bytes.toString("base64");
}

/** Uses {@link readProjectFile} because the gallery publishes the content. */
function readFile(file: string, path: string, kind: string, maximum: number, checks: InputChecks): Buffer | undefined {
  const found = readProjectFile(file, path, kind, maximum);
  if ("content" in found) return found.content;
  checks.add(found.faults);
  return undefined;
}
