import { catalogDataFaults } from "../ecr/catalogData";
import { faultMessage } from "../ecr/faults";
import { fitsAny } from "./access";
import { nist } from "./frameworks";
import { texts } from "./parameters";
import { labelled, listed, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

const types = [resourceTypes.publicRepository];

function labelOf(resource: Subject): string {
  return labelled("public repository", resource.read("repositoryName"), resource);
}

export const publicNames = resourceRule<{ allowed: string[] }>({
  name: "ecr-public-names",
  displayName: "Only what is meant to be public is",
  description: "A public repository has a name on the list: publishing is a decision.",
  severity: "critical",
  framework: nist(["AC-3", "AC-22"], "Publicly accessible content is authorized"),
  tags: ["publishing"],
  remediationSteps:
    "Write the name into this rule's parameter `allowed` once it is decided to publish it, or make the repository private. " +
    "What was public may have been pulled.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-repositories.html",
  parameters: {
    allowed: texts("Names of repositories that may be public; `*` stands for any characters.", [], {
      pattern: "^[a-z0-9._/*-]+$",
    }),
  },
  types,
  judge: (resource, { allowed }, findings) => {
    const name = resource.read("repositoryName");
    const label = labelOf(resource);
    if (name instanceof Unknown && allowed.length > 0) {
      if (!fitsAny("", allowed)) {
        findings.unjudged(`repositoryName of ${label} is not known yet; allowed are ${listed(allowed, "none")}.`, name);
      }
    } else if (name instanceof Unknown || !fitsAny(typeof name === "string" ? name : resource.name, allowed)) {
      findings.violation(
        `repositoryName: ${label} lets everybody pull; allowed to be public are ${listed(allowed, "none")}. ` +
          "Write its name into the parameter `allowed`, or make it an aws.ecr.Repository.",
      );
    }
  },
});

interface CatalogConfig {
  required: string[];
}

export const publicCatalogData = resourceRule<CatalogConfig>({
  name: "ecr-public-catalog-data",
  displayName: "Public repositories say what they hold",
  description: "A public repository's catalog data is complete, and as ECR Public takes it.",
  severity: "low",
  framework: nist(["CM-8", "AC-22"], "Components are documented"),
  tags: ["publishing"],
  remediationSteps: "Add what is missing to catalogData; it changes in place.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-catalog-data.html",
  parameters: {
    required: {
      type: "array",
      items: {
        type: "string",
        enum: ["description", "aboutText", "usageText", "architectures", "operatingSystems", "logoImageBlob"],
      },
      default: ["description", "architectures", "operatingSystems"],
      description: "Catalog data that every public repository has.",
    },
  },
  types,
  judge: (resource, { required }, findings) => {
    const data = resource.read("catalogData");
    const label = labelOf(resource);
    if (data instanceof Unknown) {
      findings.unjudged(`catalogData of ${label} is not known yet.`, data);
      return;
    }
    const given = (data ?? {}) as Record<string, unknown>;
    const isEmpty = (value: unknown) =>
      value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
    for (const property of required.filter((each) => isEmpty(given[each]))) {
      findings.violation(
        `catalogData.${property}: not set in ${label}; allowed are public repositories with ${required.join(", ")}. ` +
          `Write catalogData: { ${property}: … }.`,
      );
    }
    const open = unknownPaths(given, "catalogData");
    const known = Object.fromEntries(
      Object.entries(given).filter(
        ([key, value]) => !isEmpty(value) && !open.some(({ path }) => path.startsWith(`catalogData.${key}`)),
      ),
    );
    for (const fault of catalogDataFaults(known, "catalogData")) {
      findings.violation(`${faultMessage(fault)} It is of ${label}.`);
    }
    for (const { path, unknown } of open) {
      findings.unjudged(`${path} of ${label} is not known yet.`, unknown);
    }
  },
});
