import type { Findings } from "./findings";
import { securityHub } from "./frameworks";
import { type Parameters, repositoryNames } from "./parameters";
import { nearby, type Place, placeOf, samePlace } from "./places";
import { type RegistryScanning, readRegistry, scanned } from "./registryScanning";
import { isNamed, repositorySettings, resourceTypes } from "./resources";
import { ignoresChanges, resourceRule, type StackSubject, type Subject, stackRule } from "./rule";
import { Unknown } from "./unknowns";

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
    "Every private repository of the stack is scanned on push, by the scanning rules of its registry in the stack or, where these " +
    "leave it, by its own setting; by enhanced scanning where config says so.",
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
    const registries = nearby(stack.ofType(resourceTypes.scanning).map(readRegistry));
    for (const repository of stack.ofType(resourceTypes.repository)) {
      judge(repository, registries, config, findings);
    }
  },
});

function judge(
  repository: StackSubject,
  registries: (place: Place) => readonly RegistryScanning[],
  config: Config,
  findings: Findings,
): void {
  const { label, name } = repositorySettings(repository);
  const elsewhere = isNamed(name, config.scannedElsewhere);
  if (elsewhere === true) {
    return;
  }
  const onPush = scanOnPush(repository);
  const place = placeOf(repository);
  const near = registries(place).map((registry) => ({ registry, here: samePlace(place, registry.place) }));
  const sure = near.filter(({ here }) => here === true).map(({ registry }) => registry);
  const doubtful = near.filter(({ here }) => here !== true);
  // What the registry's rules are decides; without a configuration that is surely its own, there may be none.
  const configurations = [...(sure.length > 0 ? sure : [undefined]), ...doubtful.map(({ registry }) => registry)];
  const answers = configurations.map((each) => scanned(name, onPush, each, config.enhanced));
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
  const overruling = sure.find((each) => !scanned(name, true, each, false).has(true));
  findings.violation(
    config.enhanced
      ? `imageScanningConfiguration: ${label} is not covered by enhanced scanning; allowed are repositories whose images are scanned ` +
          "by Amazon Inspector. Write new aws.ecr.RegistryScanningConfiguration(…, " +
          '{ scanType: "ENHANCED", rules: [{ scanFrequency: "CONTINUOUS_SCAN", ' +
          'repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }] }) in this stack.'
      : overruling === undefined
        ? `imageScanningConfiguration: ${label} is not scanned on push, and no scanning rule of the registry in this stack covers it; ` +
          "allowed are repositories whose images are scanned. Write imageScanningConfiguration: { scanOnPush: true }."
        : overruled(label, overruling),
    repository,
  );
}

/** The repository's own setting does not help: the registry's rules go before it. */
function overruled(label: string, { name, scanType }: RegistryScanning): string {
  const why =
    scanType === "ENHANCED"
      ? `of "${name}" (ENHANCED) fits it, and under ENHANCED its own scanOnPush does not count`
      : `but MANUAL of "${name}" fits it, which goes before its own scanOnPush`;
  return (
    `imageScanningConfiguration: ${label} is not scanned on push: no scanning rule ${why}. Must be scanned by the registry's rules. ` +
    `Write a rule with scanFrequency: "SCAN_ON_PUSH" and a filter for it in "${name}".`
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
    const isLeft = ignoresChanges(repository, "imageScanningConfiguration");
    if (isLeft || isNamed(name, config.scannedElsewhere) !== false || scanOnPush(repository) !== false) {
      return false;
    }
    props["imageScanningConfiguration"] = { scanOnPush: true };
    return true;
  },
});
