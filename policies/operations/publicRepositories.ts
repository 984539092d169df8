import { faultMessage } from "../../ecr/faults";
import { catalogDataFaults } from "../../ecr/repository/catalogData";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule, type Subject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { labelled, listed, resourceTypes } from "../resources/resourceTypes";

const types = [resourceTypes.publicRepository];

function labelOf(resource: Subject): string {
  return labelled("public repository", resource.read("repositoryName"), resource);
}

export const publicNames = resourceRule<{ allowed: string[] }>({
  name: "ecr-public-names",
  displayName: "Only allowed repositories are public",
  description: "The name of every public repository is on the list: publishing is a deliberate decision.",
  severity: "critical",
  framework: nist(["AC-3", "AC-22"], "Publicly accessible content is authorized"),
  tags: ["publishing"],
  remediationSteps:
    "Add the name to this rule's parameter `allowed` once you have decided to publish it, or make the repository private. " +
    "Images that were public may have been pulled.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-repositories.html",
  parameters: {
    allowed: stringListParameter("Names of repositories that may be public; `*` matches any characters.", [], {
      pattern: "^[a-z0-9._/*-]+$",
    }),
  },
  types,
  judge: (resource, { allowed }, findings) => {
    const name = resource.read("repositoryName");
    const label = labelOf(resource);
    if (name instanceof Unknown && allowed.length > 0) {
      if (!matchesAny("", allowed)) {
        findings.unjudged(`repositoryName of ${label} is not known yet. Allowed: ${listed(allowed, "none")}.`, name);
      }
    } else if (name instanceof Unknown || !matchesAny(typeof name === "string" ? name : resource.name, allowed)) {
      findings.violation(
        `repositoryName: ${label} allows anyone to pull. Allowed public repositories: ${listed(allowed, "none")}. ` +
          "Add its name to the parameter `allowed`, or use an aws.ecr.Repository.",
      );
    }
  },
});

interface CatalogConfig {
  required: string[];
}

export const publicCatalogData = resourceRule<CatalogConfig>({
  name: "ecr-public-catalog-data",
  displayName: "Public repositories describe their content",
  description: "The catalog data of a public repository is complete and valid in ECR Public.",
  severity: "low",
  framework: nist(["CM-8", "AC-22"], "Components are documented"),
  tags: ["publishing"],
  remediationSteps: "Add the missing properties to catalogData; it changes in place.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-catalog-data.html",
  parameters: {
    required: {
      type: "array",
      items: {
        type: "string",
        enum: ["description", "aboutText", "usageText", "architectures", "operatingSystems", "logoImageBlob"],
      },
      default: ["description", "architectures", "operatingSystems"],
      description: "Catalog data that every public repository must have.",
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
        `catalogData.${property}: not set in ${label}. Must have ${required.join(", ")}. ` +
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
      findings.violation(`${faultMessage(fault)} Found in ${label}.`);
    }
    for (const { path, unknown } of open) {
      findings.unjudged(`${path} of ${label} is not known yet.`, unknown);
    }
  },
});
