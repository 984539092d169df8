import { archived, faults, rule } from "./lifecycleRules";
import { itRefuses } from "./refusals";

describe("ecr/lifecyclePolicy: refusals of rules for the archive", () => {
  itRefuses([
    ...[0, 1.5].map((countNumber) => ({
      title: `${countNumber} days in the archive, once`,
      faults: () => faults(rule({ ...archived, countNumber })),
      path: "lifecyclePolicy.rules[0].selection.countNumber",
      rule: /^countNumber is a whole number, 1 or more\.$/,
      fix: /^write the number of images or days\.$/,
    })),
    ...[1, 89].map((countNumber) => ({
      title: `${countNumber} days in the archive`,
      faults: () => faults(rule({ ...archived, countNumber })),
      path: "lifecyclePolicy.rules[0].selection.countNumber",
      rule: /^an archived image stays at least 90 days\.$/,
      fix: /^write 90 or more\.$/,
    })),
    {
      title: "days since the archive with the standard class, written out",
      faults: () => faults(rule({ ...archived, storageClass: "standard" })),
      path: "lifecyclePolicy.rules[0].selection.storageClass",
      rule: /^sinceImageTransitioned goes with the storage class `archive` only\.$/,
      fix: /^write storageClass: "archive", or another countType\.$/,
    },
  ]);
});
