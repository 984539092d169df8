import type { Findings } from "../engine/findings";
import { securityHub } from "../engine/frameworks";
import { type Parameters, repositoryNames } from "../engine/parameters";
import { ignoresChanges, resourceRule, type StackSubject, type Subject, stackRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { locationIndex, locationOf, type ResourceLocation, sameLocation } from "../resources/resourceLocation";
import { isNamed, repositorySettings, resourceTypes } from "../resources/resourceTypes";
import { type RegistryScanning, readRegistry, scanningOutcomes } from "./registryScanning";

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
  "whose rules match its name. Both change in place; existing images are scanned on request, or by enhanced scanning.";

const scannedElsewhere: Parameters[string] = repositoryNames(
  "Repositories that a registry scanning configuration outside the stack covers.",
);

export const imageScanning = stackRule<Config>({
  name: "ecr-image-scanning",
  displayName: "ECR scans the images of every repository",
  description:
    "Every private repository of the stack is scanned on push: by the registry's scanning rules in the stack or, if none of them " +
    "matches, by its own setting. Config can require enhanced scanning.",
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
        "Whether to require enhanced scanning (Amazon Inspector, billed separately), which only the registry's scanning configuration enables.",
    },
    scannedElsewhere,
  },
  types: [resourceTypes.repository],
  judge: (stack, config, findings) => {
    const registries = locationIndex(stack.ofType(resourceTypes.scanning).map(readRegistry));
    for (const repository of stack.ofType(resourceTypes.repository)) {
      judge(repository, registries, config, findings);
    }
  },
});

function judge(
  repository: StackSubject,
  registries: (location: ResourceLocation) => readonly RegistryScanning[],
  config: Config,
  findings: Findings,
): void {
  const { label, name } = repositorySettings(repository);
  const elsewhere = isNamed(name, config.scannedElsewhere);
  if (elsewhere === true) {
    return;
  }
  const onPush = scanOnPush(repository);
  const location = locationOf(repository);
  const near = registries(location).map((registry) => ({ registry, here: sameLocation(location, registry.location) }));
  const sure = near.filter(({ here }) => here === true).map(({ registry }) => registry);
  const doubtful = near.filter(({ here }) => here !== true);
  // The registry's rules decide. Unless a configuration certainly belongs to the registry, it may have none.
  const configurations = [...(sure.length > 0 ? sure : [undefined]), ...doubtful.map(({ registry }) => registry)];
  const answers = configurations.map((each) => scanningOutcomes(name, onPush, each, config.enhanced));
  const possible = new Set(answers.flatMap((each) => [...each]));
  if (!possible.has(false)) {
    return;
  }
  const open = [...sure.map((each) => each.open), ...doubtful.map(({ here }) => here), name, onPush, elsewhere];
  const unknown = [...open, ...doubtful.map(({ registry }) => registry.open)].find((each) => each instanceof Unknown);
  if (unknown instanceof Unknown && (possible.size > 1 || elsewhere instanceof Unknown)) {
    findings.unjudged(`Whether ${label} is scanned is not known yet.`, unknown, repository);
    return;
  }
  const overruling = sure.find((each) => !scanningOutcomes(name, true, each, false).has(true));
  findings.violation(
    config.enhanced
      ? `imageScanningConfiguration: ${label} is not covered by enhanced scanning. Must be scanned by Amazon Inspector. ` +
          "Write new aws.ecr.RegistryScanningConfiguration(…, " +
          '{ scanType: "ENHANCED", rules: [{ scanFrequency: "CONTINUOUS_SCAN", ' +
          'repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }] }) in this stack.'
      : overruling === undefined
        ? `imageScanningConfiguration: ${label} is not scanned on push, and no registry scanning rule in this stack matches it. ` +
          "Must be scanned. Write imageScanningConfiguration: { scanOnPush: true }."
        : overruled(label, overruling),
    repository,
  );
}

/** The message for a repository whose own setting does not count, as the registry's rules override it. */
function overruled(label: string, { name, scanType }: RegistryScanning): string {
  const why =
    scanType === "ENHANCED"
      ? `no scanning rule of "${name}" (ENHANCED) matches it, and ENHANCED ignores its own scanOnPush`
      : `only a MANUAL scanning rule of "${name}" matches it, which overrides its own scanOnPush`;
  return (
    `imageScanningConfiguration: ${label} is not scanned on push: ${why}. Must be scanned by the registry's rules. ` +
    `Add a rule with scanFrequency: "SCAN_ON_PUSH" and a filter for it to "${name}".`
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

export const scanOnPushRule = resourceRule<{ scannedElsewhere: string[] }>({
  name: "ecr-scan-on-push",
  displayName: "ECR repositories have scanOnPush set",
  description:
    "Every private repository has scanOnPush set. Disabled by default, as the registry's scanning rules are enough " +
    "(ecr-image-scanning). Enable it if you have no registry rules, or at the level `remediate`, which sets scanOnPush.",
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
      `imageScanningConfiguration: ${label} is not scanned on push. Must have scanOnPush: true. ` +
        "Write imageScanningConfiguration: { scanOnPush: true }.",
      "The repository's name is not known yet; the registry may scan it.",
    );
  },
  remediate: (repository, config, props) => {
    const { name } = repositorySettings(repository);
    const isLeft = ignoresChanges(repository, "imageScanningConfiguration");
    if (isLeft || isNamed(name, config.scannedElsewhere) !== false || scanOnPush(repository) !== false) {
      return false;
    }
    props["imageScanningConfiguration"] = { scanOnPush: true };
    return true;
  },
});
