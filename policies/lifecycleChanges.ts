import {
  expiryChange,
  type LifecycleEvent,
  type LifecyclePolicyDocument,
  lifecyclePolicyText,
  type RepositorySnapshot,
} from "../ecr/lifecyclePolicy";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { type DocumentPlace, documentPlace, knownDocument, reportAll, unknownText } from "./lifecycleDocuments";
import { faultOnce, findSnapshot } from "./lifecycleSnapshot";
import { repositoryNames } from "./parameters";
import { placeOf } from "./places";
import { resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown } from "./unknowns";

interface Config {
  snapshot?: string;
  days: number;
  allowedImages: number;
  maxAgeDays: number;
  exempt: string[];
}

/** Images and deployed images that a message names. */
const shown = 3;

export const lifecycleChanges = resourceRule<Config>({
  name: "ecr-lifecycle-changes",
  displayName: "A changed ECR lifecycle policy deletes no more images than the one in force",
  description:
    "By a snapshot of the repositories, a lifecycle policy of the stack does not expire images that the one in force keeps. " +
    "Without a snapshot in the config nothing is looked at.",
  enforcementLevel: "advisory",
  severity: "high",
  framework: nist(["CP-9", "CM-4", "SI-12"], "What a change will do is known before it is made"),
  tags: ["lifecycle", "availability"],
  remediationSteps:
    "See which images go and why with npm run lifecycle -- preview --policy FILE --images SNAPSHOT. Keep them with a rule in " +
    "front that owns them, or take a new snapshot after the change.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules",
  parameters: {
    snapshot: {
      type: "string",
      minLength: 1,
      description:
        "What `npm run lifecycle -- snapshot --out FILE` wrote, from the program's folder. No default: nothing is looked at.",
    },
    days: {
      type: "integer",
      minimum: 0,
      default: 7,
      description: "Images count that would expire within so many days; 0: in the next run, which is within 24 hours.",
    },
    allowedImages: {
      type: "integer",
      minimum: 0,
      default: 0,
      description: "A changed policy may expire at most this many images more than the one in force.",
    },
    maxAgeDays: {
      type: "integer",
      minimum: 0,
      default: 7,
      description: "An older snapshot is still used, and its age is a finding.",
    },
    exempt: repositoryNames("Repositories whose images may expire."),
  },
  types: [resourceTypes.lifecyclePolicy],
  judge: (resource, config, findings) => {
    const { snapshot: file, maxAgeDays } = config;
    const place = file === undefined ? undefined : documentPlace(resource, config.exempt);
    if (file === undefined || place === undefined) {
      return;
    }
    const { snapshot } = findSnapshot(file, maxAgeDays);
    const fault = faultOnce(file);
    if (fault !== undefined) {
      findings.violation(
        `snapshot: ${file}: ${fault}; allowed is a snapshot of at most ${maxAgeDays} days. ` +
          `Write it with \`npm run lifecycle -- snapshot --out ${file}\`.`,
      );
    }
    const document = snapshot && changedDocument(resource, place, findings);
    if (document !== undefined) {
      judgeChange(resource, place, document, snapshot?.repositories ?? [], config, findings);
    }
  },
});

/** `undefined`, after it was said by name, when the policy or its repository is not known yet. */
function changedDocument(
  resource: Subject,
  place: DocumentPlace,
  findings: Findings,
): LifecyclePolicyDocument | undefined {
  const name = resource.read("repository");
  const open = unknownText(place);
  const unknown = name instanceof Unknown ? name : open?.unknown;
  if (unknown !== undefined) {
    const what = open?.message ?? "repository is not known yet.";
    findings.unjudged(`How many images the lifecycle policy of ${place.label} expires: ${what}`, unknown);
    return undefined;
  }
  return knownDocument(place, findings);
}

function judgeChange(
  resource: Subject,
  place: DocumentPlace,
  document: LifecyclePolicyDocument,
  repositories: readonly RepositorySnapshot[],
  config: Config,
  findings: Findings,
): void {
  const name = resource.read("repository");
  const { region, account } = placeOf(resource);
  const isHere = (known: unknown, own: string) => typeof known !== "string" || known === own;
  const here = repositories.filter(
    (each) => each.name === name && isHere(region, each.region) && isHere(account, each.registryId),
  );
  if (here.length === 0) {
    findings.note(
      `The snapshot ${config.snapshot} does not have ${place.label}: it is new, or the snapshot is of something else.`,
    );
  }
  const text = lifecyclePolicyText(document);
  const changed = here.filter((each) => each.document === undefined || lifecyclePolicyText(each.document) !== text);
  reportAll(
    changed.flatMap((each) => changeMessages(each, place, document, config)),
    place,
    findings,
  );
}

function changeMessages(
  repository: RepositorySnapshot,
  { path, label }: DocumentPlace,
  document: LifecyclePolicyDocument,
  { days, allowedImages, snapshot }: Config,
): string[] {
  const { more } = expiryChange(repository.document, document, repository.images, new Date(), days);
  if (more.length <= allowedImages) {
    return [];
  }
  const what = `${count(more.length)} of ${label}`;
  return [
    `${path}: the changed lifecycle policy expires ${what} within ${days} days that the one in force keeps ` +
      `(${namesOf(more, repository)})${deployedText(more, repository)}; allowed are ${allowedImages}. ` +
      `See why with \`npm run lifecycle -- preview --images ${snapshot} --policy FILE\`, and put a rule in front that keeps them.`,
  ];
}

function count(images: number): string {
  return images === 1 ? "1 image" : `${images} images`;
}

/** The first tags; an image without a tag by the beginning of its digest. */
function namesOf(events: readonly LifecycleEvent[], { images }: RepositorySnapshot): string {
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const names = events
    .slice(0, shown)
    .map(({ digest }) => byDigest.get(digest)?.tags[0] ?? digest.replace(/^(sha256:.{12}).*$/, "$1"));
  return withMore(names, events.length);
}

/** The worst of it: what runs now, and could not be pulled again. */
function deployedText(events: readonly LifecycleEvent[], { deployed }: RepositorySnapshot): string {
  const gone = new Set(events.map(({ digest }) => digest));
  const running = deployed.filter(({ digest }) => gone.has(digest));
  if (running.length === 0) {
    return "";
  }
  const by = withMore(
    running.slice(0, shown).map((each) => each.by),
    running.length,
  );
  return `, ${new Set(running.map(({ digest }) => digest)).size} of them deployed (${by})`;
}

function withMore(names: readonly string[], total: number): string {
  const more = total - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
