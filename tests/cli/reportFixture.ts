import { createHash } from "node:crypto";
import { costReport } from "../../cli/cost/costReport";
import { measureImages } from "../../cli/cost/measure";
import { releaseMatcher } from "../../cli/lifecycle/releaseTags";
import { type ReportInputs, type ReportModel, reportModel } from "../../cli/report/model";
import type { PolicyResults } from "../../cli/report/policyResults";
import type { CostSettings } from "../../ecr/costs/costSettings";
import { prices } from "../../ecr/costs/prices";
import {
  type LifecycleImage,
  lifecyclePolicyFromRules,
  lifecyclePresets,
  type RepositorySnapshot,
} from "../../ecr/lifecyclePolicy";
import { daysAgo, now } from "../ecr/lifecyclePolicy/lifecycleImages";

export const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Deterministic images, so that the figures look like a team's registry and are the same on every run. */
function images(count: number, of: (index: number) => Partial<LifecycleImage> & { age: number }): LifecycleImage[] {
  return Array.from({ length: count }, (_, index) => {
    const { age, ...rest } = of(index);
    const text = JSON.stringify([rest.tags, age, index]);
    // Sizes vary a little, derived from the digest.
    const sizeBytes = 148_000_000 + (Number.parseInt(digestOf(text).slice(7, 12), 16) % 9_000_000);
    return { digest: digestOf(text), tags: [], pushedAt: daysAgo(age), sizeBytes, ...rest };
  });
}

function repository(name: string, more: Partial<RepositorySnapshot>): RepositorySnapshot {
  return {
    name,
    registryId: "123456789012",
    region: "eu-west-1",
    uri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${name}`,
    images: [],
    deployed: [],
    unknown: [],
    ...more,
  };
}

/** A service with 32 builds, three of them releases, and some untagged images. */
function petclinic(): RepositorySnapshot {
  const builds = images(32, (index) => ({
    age: 1 + index * 1.4,
    tags: [
      `src-${digestOf(`build ${index}`).slice(7, 19)}`,
      ...(index % 12 === 7 ? [`v2.${4 - (index - 7) / 12}.0`] : []),
    ],
    ...(index < 4 && { lastPulledAt: daysAgo(0.5) }),
  }));
  const untagged = images(7, (index) => ({ age: 0.5 + index }));
  const document = lifecyclePolicyFromRules([
    { images: "untagged", expireAfterDays: 7 },
    { images: { tagPrefixes: ["src-"] }, keepNewest: 25 },
  ]);
  const [newest, , , , , , , , , , , , , , , , , , , , , , , , , , late] = builds;
  const deployed = [
    { digest: newest?.digest ?? "", by: "ECS task definition petclinic:41" },
    { digest: late?.digest ?? "", by: "Lambda function petclinic-nightly" },
  ];
  return repository("shop/petclinic", { images: [...builds, ...untagged], document, deployed });
}

function pullRequests(): RepositorySnapshot {
  const document = lifecyclePolicyFromRules(lifecyclePresets.pullRequest.rules);
  const list = images(16, (index) => ({ age: 0.3 + index * 0.85, tags: index % 5 === 4 ? [] : [`pr-${418 - index}`] }));
  return repository("shop/petclinic-pr", { images: list, document });
}

function audited(): RepositorySnapshot {
  const document = lifecyclePolicyFromRules([
    { images: "untagged", expireAfterDays: 7 },
    { images: { tagPatterns: ["v*"] }, archiveAfterDaysUnpulled: 90 },
    { images: { tagPatterns: ["nightly-*"] }, expireAfterDays: 60 },
  ]);
  const releases = images(6, (index) => ({ age: 20 + index * 35, tags: [`v1.${6 - index}.0`] }));
  const archived = images(2, (index) => ({
    age: 400 + index * 30,
    tags: [`v1.0.${index}`],
    storageClass: "archive" as const,
    archivedAt: daysAgo(120),
  }));
  const nightly = images(3, (index) => ({ age: 4 + index * 18, tags: [`nightly-${index + 1}`] }));
  return repository("shop/visits", { images: [...releases, ...archived, ...nightly], document });
}

const urn = (type: string, name: string) => `urn:pulumi:prod::ecr::ecr:index:PrivateRepository$${type}::${name}`;

export const policyResults: PolicyResults = {
  stack: "prod",
  rules: [
    { pack: "ecr", rule: "ecr-encryption", passed: 4, violations: [], unjudged: [] },
    { pack: "ecr", rule: "ecr-scan-on-push", passed: 4, violations: [], unjudged: [] },
    {
      pack: "ecr",
      rule: "ecr-repository-access",
      passed: 2,
      violations: [],
      unjudged: [
        {
          urn: urn("aws:ecr/repositoryPolicy:RepositoryPolicy", "visits"),
          level: "advisory",
          message: "The policy names a role that is created in the same update.",
        },
      ],
    },
    {
      pack: "ecr",
      rule: "ecr-lifecycle-policy",
      passed: 3,
      violations: [
        {
          urn: urn("aws:ecr/repository:Repository", "tools"),
          level: "mandatory",
          severity: "medium",
          message: 'The repository "shop/tools" has no lifecycle policy. Add one, or name it in `exempt`.',
        },
      ],
      unjudged: [],
    },
    {
      pack: "ecr",
      rule: "ecr-tag-immutability",
      passed: 3,
      violations: [
        {
          urn: urn("aws:ecr/repository:Repository", "petclinic-pr"),
          level: "advisory",
          severity: "low",
          message: "Tags of pull requests can be moved. Write imageTagMutability: IMMUTABLE, or an exclusion filter.",
        },
      ],
      unjudged: [],
    },
  ],
};

/** Input for the report of a team's registry: four repositories with 68 images. */
export function reportInputs(): ReportInputs {
  const base = repository("shop/tools", {
    images: images(2, (index) => ({ age: 30 + index * 60, tags: [`21.${index}`] })),
  });
  const repositories = [petclinic(), pullRequests(), audited(), base];
  const measured = {
    ...measureImages(repositories),
    publicRepositories: [{ name: "petclinic", images: 12, bytes: 1_780_000_000 }],
  };
  const settings: CostSettings = {
    freeTier: "legacy",
    freeTierEnds: "2026-12-01",
    monthlyBudget: 5,
    publicPullGb: 40,
    pushes: {
      petclinic: [
        { tags: ["src-1"], perDay: 0.7, megabytes: 152 },
        { perDay: 1, megabytes: 152 },
      ],
      "shop/petclinic-pr": [{ tags: ["pr-1"], perDay: 1.2, megabytes: 152 }],
    },
  };
  const keys = new Map([["petclinic", "shop/petclinic"]]);
  return {
    stack: "prod",
    snapshot: { version: 1, takenAt: now, repositories },
    cost: costReport(measured, settings, prices, keys, now),
    policies: policyResults,
    isRelease: releaseMatcher("v?[0-9]+(\\.[0-9]+){2}"),
  };
}

export function report(more: Partial<ReportInputs> = {}): ReportModel {
  return reportModel({ ...reportInputs(), ...more });
}
