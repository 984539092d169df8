import { itRefuses } from "../refusals";
import { archived, faults, rule } from "./lifecycleRules";

describe("ecr/lifecyclePolicy: refusals of rules for the archive", () => {
  itRefuses([
    ...[0, 1.5].map((countNumber) => ({
      title: `${countNumber} days in the archive, once`,
      faults: () => faults(rule({ ...archived, countNumber })),
      path: "lifecyclePolicy.rules[0].selection.countNumber",
      rule: /^countNumber must be a whole number, 1 or more\.$/,
      fix: /^write the number of images or days\.$/,
    })),
    ...[1, 89].map((countNumber) => ({
      title: `${countNumber} days in the archive`,
      faults: () => faults(rule({ ...archived, countNumber })),
      path: "lifecyclePolicy.rules[0].selection.countNumber",
      rule: /^an archived image must stay at least 90 days\.$/,
      fix: /^write 90 or more\.$/,
    })),
    {
      title: "days in the archive with the standard storage class, set explicitly",
      faults: () => faults(rule({ ...archived, storageClass: "standard" })),
      path: "lifecyclePolicy.rules[0].selection.storageClass",
      rule: /^sinceImageTransitioned works only with the storage class `archive`\.$/,
      fix: /^write storageClass: "archive", or another countType\.$/,
    },
  ]);
});
