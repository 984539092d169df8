import { imageTagFaults } from "../tags/imageTags";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { withSuggestion } from "../values/nearestWord";
import { countTypes, lifecycleLimits, storageClasses, tagStatuses } from "./lifecycleDocument";
import { keyFaults, type Reporter } from "./reporter";

const selectionKeys = [
  "tagStatus",
  "tagPrefixList",
  "tagPatternList",
  "storageClass",
  "countType",
  "countUnit",
  "countNumber",
];

/** Faults of a rule's `selection`, by itself and in combination with the action. keyFaults reports nulls. */
export function selectionFaults(selection: unknown, actionType: unknown, at: string, report: Reporter): void {
  if (!isObject(selection)) {
    report.fault(at, selection, "a rule must have a selection.", "write tagStatus, countType and countNumber.");
    return;
  }
  keyFaults(selection, at, selectionKeys, report);
  choiceFault(selection, "tagStatus", tagStatuses, true, at, report);
  choiceFault(selection, "storageClass", storageClasses, false, at, report);
  choiceFault(selection, "countType", countTypes, true, at, report);
  tagListFaults(selection, at, report);
  countFaults(selection, at, report);
  archiveFaults(selection, actionType, at, report);
}

function choiceFault(
  selection: JsonObject,
  key: string,
  choices: readonly string[],
  needed: boolean,
  at: string,
  report: Reporter,
): void {
  const value = selection[key];
  if (value === null || (value === undefined && !needed) || choices.some((choice) => choice === value)) {
    return;
  }
  report.fault(
    `${at}.${key}`,
    value,
    `${key} must be one of ${choices.join(", ")}.`,
    withSuggestion(value, choices, "write one of these."),
  );
}

function tagListFaults(selection: JsonObject, at: string, report: Reporter): void {
  const { tagStatus, tagPrefixList: prefixes, tagPatternList: patterns } = selection;
  const given = [prefixes, patterns].filter((list) => list !== undefined);
  if (tagStatus === "tagged" && given.length !== 1) {
    report.fault(
      given.length === 0 ? `${at}.tagPatternList` : `${at}.tagPrefixList`,
      given.length === 0 ? undefined : prefixes,
      "tagStatus `tagged` needs exactly one of tagPrefixList and tagPatternList.",
      given.length === 0
        ? 'write tagPatternList: ["*"] for all tagged images.'
        : "leave one of them out; a prefix `v` is the pattern `v*`.",
    );
  }
  if (tagStatus === "untagged" || tagStatus === "any") {
    for (const key of ["tagPrefixList", "tagPatternList"]) {
      if (selection[key] !== undefined && selection[key] !== null) {
        report.fault(
          `${at}.${key}`,
          selection[key],
          `tagStatus \`${tagStatus}\` does not allow ${key}.`,
          'leave it out, or write tagStatus: "tagged".',
        );
      }
    }
  }
  listFaults(prefixes, `${at}.tagPrefixList`, prefixFaults, report);
  listFaults(patterns, `${at}.tagPatternList`, patternFaults, report);
}

function listFaults(
  list: unknown,
  at: string,
  entryFaults: (entry: string, at: string, report: Reporter) => void,
  report: Reporter,
): void {
  if (list === undefined || list === null) {
    return;
  }
  if (!Array.isArray(list) || list.length === 0) {
    report.fault(at, list, "must be a list with at least one entry.", "write an entry, or leave the key out.");
    return;
  }
  list.forEach((entry: unknown, index) => {
    if (typeof entry !== "string" || entry === "") {
      report.fault(
        `${at}[${index}]`,
        entry,
        "an entry must be a string of at least one character.",
        "write a string, or leave the entry out.",
      );
    } else {
      entryFaults(entry, `${at}[${index}]`, report);
    }
  });
}

/** A prefix that no tag can start with would never match, according to ECR's tag grammar. */
function prefixFaults(prefix: string, at: string, report: Reporter): void {
  if (prefix.includes("*")) {
    report.fault(
      at,
      prefix,
      "a prefix has no wildcards: a tag cannot contain `*`.",
      "write the entry in tagPatternList.",
    );
  } else if (imageTagFaults(prefix, at).length > 0) {
    report.fault(
      at,
      prefix,
      "no image tag can begin like this.",
      "write 1 to 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`.",
    );
  }
}

function patternFaults(pattern: string, at: string, report: Reporter): void {
  const stars = pattern.split("*").length - 1;
  if (stars > lifecycleLimits.wildcards) {
    report.fault(
      at,
      pattern,
      `a pattern can have at most ${lifecycleLimits.wildcards} \`*\`; this one has ${stars}.`,
      "leave some out.",
    );
  }
  if (/[^A-Za-z0-9._*-]/.test(pattern) || /^[.-]/.test(pattern) || pattern.replaceAll("*", "").length > 128) {
    report.fault(
      at,
      pattern,
      "no image tag can match this pattern.",
      "write letters, digits, `_`, `.`, `-` and `*`, not beginning with `.` or `-`.",
    );
  }
}

function countFaults(selection: JsonObject, at: string, report: Reporter): void {
  const { countType, countUnit, countNumber } = selection;
  if (countNumber !== null && !(Number.isSafeInteger(countNumber) && Number(countNumber) >= 1)) {
    report.fault(
      `${at}.countNumber`,
      countNumber,
      "countNumber must be a whole number, 1 or more.",
      "write the number of images or days.",
    );
  }
  if (countUnit === null) {
    return;
  }
  if (countType === "imageCountMoreThan") {
    if (countUnit !== undefined) {
      report.fault(
        `${at}.countUnit`,
        countUnit,
        "imageCountMoreThan counts images: it has no unit.",
        "leave countUnit out.",
      );
    }
  } else if (countUnit !== undefined ? countUnit !== "days" : countTypes.some((each) => each === countType)) {
    report.fault(`${at}.countUnit`, countUnit, "the `since…` count types count days.", 'write countUnit: "days".');
  }
}

function archiveFaults(selection: JsonObject, actionType: unknown, at: string, report: Reporter): void {
  const { storageClass, countType, countNumber } = selection;
  const archived = storageClass === "archive";
  if (archived && actionType === "transition") {
    report.fault(
      `${at}.storageClass`,
      storageClass,
      "images in the archive cannot be archived again.",
      'write action {"type":"expire"}, or leave storageClass out.',
    );
  }
  if (archived && countType !== "sinceImageTransitioned" && countTypes.some((each) => each === countType)) {
    report.fault(
      `${at}.countType`,
      countType,
      "a rule for the archive must count sinceImageTransitioned.",
      'write countType: "sinceImageTransitioned".',
    );
  }
  if (countType === "sinceImageTransitioned") {
    if (storageClass === undefined || storageClass === "standard") {
      report.fault(
        `${at}.storageClass`,
        storageClass,
        "sinceImageTransitioned works only with the storage class `archive`.",
        'write storageClass: "archive", or another countType.',
      );
    }
    if (
      Number.isSafeInteger(countNumber) &&
      Number(countNumber) >= 1 &&
      Number(countNumber) < lifecycleLimits.archiveDays
    ) {
      report.fault(
        `${at}.countNumber`,
        countNumber,
        `an archived image must stay at least ${lifecycleLimits.archiveDays} days.`,
        `write ${lifecycleLimits.archiveDays} or more.`,
      );
    }
  }
  if (countType === "sinceImagePulled" && actionType === "expire") {
    report.fault(
      `${at}.countType`,
      countType,
      "sinceImagePulled works only with a transition.",
      'write action {"type":"transition","targetStorageClass":"archive"}, or countType: "sinceImagePushed".',
    );
  }
}
