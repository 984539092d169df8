import { isScanned, type ScanningConfiguration } from "../ecr/scanning";
import type { Findings } from "./findings";
import { securityHub } from "./frameworks";
import { type Parameters, repositoryNames } from "./parameters";
import { isNamed, regionOf, repositorySettings, resourceTypes } from "./resources";
import { resourceRule, type StackSubject, type Subject, stackRule } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

interface Config {
  enhanced: boolean;
  scannedElsewhere: string[];
}

const framework = securityHub("ECR.1", "ECR private repositories should have image scanning configured", {
  nist: ["RA-5"],
  pci: ["6.2.3", "6.2.4"],
});
const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html";
const remediationSteps =
  "Set imageScanningConfiguration: { scanOnPush: true } on the repository, or add an aws.ecr.RegistryScanningConfiguration " +
  "whose rules fit its name. Both change in place; images that are there already are scanned on request, or by enhanced scanning.";

const scannedElsewhere: Parameters[string] = repositoryNames(
  "Repositories that a registry scanning configuration outside of the stack covers.",
);

export const imageScanning = stackRule<Config>({
  name: "ecr-image-scanning",
  displayName: "ECR scans the images of every repository",
  description:
    "Every private repository of the stack is scanned on push, by its own setting or by the registry's scanning rules of the " +
    "stack; by enhanced scanning where config says so.",
  severity: "high",
  framework,
  tags: ["vulnerabilities"],
  remediationSteps,
  url,
  parameters: {
    enhanced: {
      type: "boolean",
      default: false,
      description:
        "Whether scanning has to be enhanced (Amazon Inspector, for a price), which only the registry's scanning configuration gives.",
    },
    scannedElsewhere,
  },
  types: [resourceTypes.repository],
  judge: (stack, config, findings) => {
    const registry = stack.ofType(resourceTypes.scanning);
    for (const repository of stack.ofType(resourceTypes.repository)) {
      judge(repository, registry, config, findings);
    }
  },
});

function judge(repository: StackSubject, registry: readonly StackSubject[], config: Config, findings: Findings): void {
  const { label, name } = repositorySettings(repository);
  const elsewhere = isNamed(name, config.scannedElsewhere);
  if (elsewhere === true) {
    return;
  }
  const answers = registry
    .filter((each) => !inOtherRegions(each, repository))
    .map((each) => isCovered(name, each, config.enhanced));
  const onPush = scanOnPush(repository);
  if (!config.enhanced) {
    answers.push(onPush);
  }
  if (answers.includes(true)) {
    return;
  }
  const unknown = [...answers, elsewhere].find((each) => each instanceof Unknown);
  if (unknown instanceof Unknown) {
    findings.unjudged(`Whether ${label} is scanned is not known yet.`, unknown, repository);
    return;
  }
  const [found, write] = config.enhanced
    ? [
        "is not covered by enhanced scanning",
        'new aws.ecr.RegistryScanningConfiguration(…, { scanType: "ENHANCED", rules: [{ scanFrequency: "CONTINUOUS_SCAN", ' +
          'repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }] }) in this stack',
      ]
    : [
        "is not scanned on push, and no scanning rule of the registry in this stack covers it",
        "imageScanningConfiguration: { scanOnPush: true }",
      ];
  findings.violation(
    `imageScanningConfiguration: ${label} ${found}; allowed are repositories whose images are scanned` +
      `${config.enhanced ? " by Amazon Inspector" : ""}. Write ${write}.`,
    repository,
  );
}

function scanOnPush(repository: Subject): boolean | Unknown {
  const scanning = repository.read("imageScanningConfiguration");
  if (scanning instanceof Unknown) {
    return scanning;
  }
  const value = (scanning as Record<string, unknown> | undefined)?.["scanOnPush"];
  return value instanceof Unknown ? value : value === true;
}

function inOtherRegions(a: Subject, b: Subject): boolean {
  const [one, other] = [a, b].map((each) => regionOf(each.read("region"), each.provider?.props));
  return one !== undefined && other !== undefined && one !== other;
}

/** Whether a registry's scanning configuration covers a repository of this name. */
function isCovered(name: unknown, registry: Subject, enhanced: boolean): boolean | Unknown {
  const scanType = registry.read("scanType");
  if (enhanced && !(scanType instanceof Unknown) && scanType !== "ENHANCED") {
    return false;
  }
  const rules = registry.read("rules");
  const list: unknown[] = Array.isArray(rules) ? rules : [];
  const configuration = { scanType, rules: list.map(wellFormed) } as ScanningConfiguration;
  // Only a rule for every name fits the empty one, which stands for a name that is not known yet.
  if (!(scanType instanceof Unknown) && isScanned(name instanceof Unknown ? "" : String(name), configuration)) {
    return true;
  }
  const [open] = unknownPaths([scanType, rules]);
  if (open !== undefined) {
    return open.unknown;
  }
  return name instanceof Unknown && list.length > 0 ? name : false;
}

/** A rule with the filters that are some and known; one without any covers nothing, and AWS refuses it. */
function wellFormed(rule: unknown): object {
  const { scanFrequency, repositoryFilters } = (rule ?? {}) as Record<string, unknown>;
  const filters: unknown[] = Array.isArray(repositoryFilters) ? repositoryFilters : [];
  const isFilter = (each: unknown) => typeof (each as Record<string, unknown> | null)?.["filter"] === "string";
  return { scanFrequency, repositoryFilters: filters.filter(isFilter) };
}

export const scanOnPushRule = resourceRule<{ scannedElsewhere: string[] }>({
  name: "ecr-scan-on-push",
  displayName: "ECR repositories scan on push themselves",
  description:
    "Every private repository has scanOnPush set. Off by default, since the registry's scanning rules do as well " +
    "(ecr-image-scanning): for those who set the level `remediate`, which sets it, or have no registry rules.",
  enforcementLevel: "disabled",
  severity: "high",
  framework,
  tags: ["vulnerabilities"],
  remediationSteps,
  url,
  parameters: { scannedElsewhere },
  types: [resourceTypes.repository],
  judge: (repository, config, findings) => {
    const { label, name } = repositorySettings(repository);
    const elsewhere = isNamed(name, config.scannedElsewhere);
    const onPush = scanOnPush(repository);
    if (elsewhere === true || onPush === true) {
      return;
    }
    if (onPush instanceof Unknown) {
      findings.unjudged(`imageScanningConfiguration.scanOnPush of ${label} is not known yet.`, onPush);
      return;
    }
    findings.violationUnless(
      elsewhere || undefined,
      `imageScanningConfiguration: ${label} is not scanned on push; allowed is scanOnPush: true. ` +
        "Write imageScanningConfiguration: { scanOnPush: true }.",
      "The repository's name, which may be scanned by the registry, is not known yet.",
    );
  },
  remediate: (repository, config, props) => {
    const { name } = repositorySettings(repository);
    if (isNamed(name, config.scannedElsewhere) !== false || scanOnPush(repository) !== false) {
      return false;
    }
    props["imageScanningConfiguration"] = { scanOnPush: true };
    return true;
  },
});
