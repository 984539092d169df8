import {
  expiryChange,
  type LifecycleEvent,
  type LifecyclePolicyDocument,
  lifecyclePolicyText,
  type RepositorySnapshot,
} from "../../ecr/lifecyclePolicy";
import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { repositoryNames } from "../engine/parameters";
import { resourceRule, type Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { locationOf } from "../resources/resourceLocation";
import { resourceTypes } from "../resources/resourceTypes";
import { type DocumentSource, documentSource, knownDocument, reportViolations, unknownPart } from "./documentSource";
import { findSnapshot, takeFault } from "./lifecycleSnapshot";

interface Config {
  snapshot?: string;
  days: number;
  allowedImages: number;
  maxAgeDays: number;
  exempt: string[];
}

/** How many images, and how many deployed ones, a message names. */
const maximumShown = 3;

export const lifecycleChanges = resourceRule<Config>({
  name: "ecr-lifecycle-changes",
  displayName: "A changed ECR lifecycle policy deletes no more images than the current one",
  description:
    "According to a snapshot of the repositories, a changed lifecycle policy does not expire images that the current one keeps. " +
    "Without a snapshot in config, nothing is checked.",
  enforcementLevel: "advisory",
  severity: "high",
  framework: nist(["CP-9", "CM-4", "SI-12"], "The impact of a change is known before it is made"),
  tags: ["lifecycle", "availability"],
  remediationSteps:
    "See which images expire and why with npm run lifecycle -- preview --policy FILE --images SNAPSHOT. Keep them with an earlier " +
    "rule that owns them, or take a new snapshot after the change.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules",
  parameters: {
    snapshot: {
      type: "string",
      minLength: 1,
      description:
        "Path of the file that `npm run lifecycle -- snapshot --out FILE` wrote, relative to the program. No default: nothing is checked.",
    },
    days: {
      type: "integer",
      minimum: 0,
      default: 7,
      description:
        "How many days ahead to look for images that would expire; 0: only the next run, which is within 24 hours.",
    },
    allowedImages: {
      type: "integer",
      minimum: 0,
      default: 0,
      description: "How many more images than the current policy a changed policy may expire.",
    },
    maxAgeDays: {
      type: "integer",
      minimum: 0,
      default: 7,
      description: "Maximum age of the snapshot in days. An older one is still used, but reported.",
    },
    exempt: repositoryNames("Repositories whose images may expire."),
  },
  types: [resourceTypes.lifecyclePolicy],
  judge: (resource, config, findings) => {
    const { snapshot: file, maxAgeDays } = config;
    const source = file === undefined ? undefined : documentSource(resource, config.exempt);
    if (file === undefined || source === undefined) {
      return;
    }
    const { snapshot } = findSnapshot(file, maxAgeDays);
    const fault = takeFault(file);
    if (fault !== undefined) {
      findings.violation(
        `snapshot: ${file}: ${fault}. Must be a snapshot of at most ${maxAgeDays} days. ` +
          `Create it with \`npm run lifecycle -- snapshot --out ${file}\`.`,
      );
    }
    const document = snapshot && changedDocument(resource, source, findings);
    if (document !== undefined) {
      judgeChange(resource, source, document, snapshot?.repositories ?? [], config, findings);
    }
  },
});

/** `undefined`, after reporting it by name, when the policy or its repository is not known yet. */
function changedDocument(
  resource: Subject,
  source: DocumentSource,
  findings: Findings,
): LifecyclePolicyDocument | undefined {
  const name = resource.read("repository");
  const open = unknownPart(source);
  const unknown = name instanceof Unknown ? name : open?.unknown;
  if (unknown !== undefined) {
    const what = open?.message ?? "repository is not known yet.";
    findings.unjudged(`How many images the lifecycle policy of ${source.label} expires: ${what}`, unknown);
    return undefined;
  }
  return knownDocument(source, findings);
}

function judgeChange(
  resource: Subject,
  source: DocumentSource,
  document: LifecyclePolicyDocument,
  repositories: readonly RepositorySnapshot[],
  config: Config,
  findings: Findings,
): void {
  const name = resource.read("repository");
  const { region, account } = locationOf(resource);
  const isHere = (known: unknown, own: string) => typeof known !== "string" || known === own;
  const here = repositories.filter(
    (each) => each.name === name && isHere(region, each.region) && isHere(account, each.registryId),
  );
  if (here.length === 0) {
    findings.note(
      `The snapshot ${config.snapshot} does not contain ${source.label}: it is new, or in another account or region.`,
    );
  }
  const text = lifecyclePolicyText(document);
  const changed = here.filter((each) => each.document === undefined || lifecyclePolicyText(each.document) !== text);
  reportViolations(
    changed.flatMap((each) => changeMessages(each, source, document, config)),
    source,
    findings,
  );
}

function changeMessages(
  repository: RepositorySnapshot,
  { path, label }: DocumentSource,
  document: LifecyclePolicyDocument,
  { days, allowedImages, snapshot }: Config,
): string[] {
  const { more } = expiryChange(repository.document, document, repository.images, new Date(), days);
  if (more.length <= allowedImages) {
    return [];
  }
  const what = `${count(more.length)} of ${label}`;
  return [
    `${path}: the changed lifecycle policy expires ${what} within ${days} days that the current one keeps ` +
      `(${namesOf(more, repository)})${deployedText(more, repository)}. Must be at most ${allowedImages}. ` +
      `See why with \`npm run lifecycle -- preview --images ${snapshot} --policy FILE\`, and add an earlier rule that keeps them.`,
  ];
}

function count(images: number): string {
  return images === 1 ? "1 image" : `${images} images`;
}

/** The images by their first tag, untagged ones by the beginning of their digest. */
function namesOf(events: readonly LifecycleEvent[], { images }: RepositorySnapshot): string {
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const names = events
    .slice(0, maximumShown)
    .map(({ digest }) => byDigest.get(digest)?.tags[0] ?? digest.replace(/^(sha256:.{12}).*$/, "$1"));
  return withMore(names, events.length);
}

/** The most serious part: what runs now, and could not be pulled again. */
function deployedText(events: readonly LifecycleEvent[], { deployed }: RepositorySnapshot): string {
  const gone = new Set(events.map(({ digest }) => digest));
  const running = deployed.filter(({ digest }) => gone.has(digest));
  if (running.length === 0) {
    return "";
  }
  const by = withMore(
    running.slice(0, maximumShown).map((each) => each.by),
    running.length,
  );
  return `, ${new Set(running.map(({ digest }) => digest)).size} of them deployed (${by})`;
}

function withMore(names: readonly string[], total: number): string {
  const more = total - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
