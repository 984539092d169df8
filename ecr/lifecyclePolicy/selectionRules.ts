import { imageTagFaults } from "../imageTags";
import { isObject, type JsonObject } from "../jsonObjects";
import { withGuess } from "../nearestWord";
import { keyFaults, type Reporter } from "./reporter";
import { countTypes, lifecycleLimits, storageClasses, tagStatuses } from "./types";

const selectionKeys = [
  "tagStatus",
  "tagPrefixList",
  "tagPatternList",
  "storageClass",
  "countType",
  "countUnit",
  "countNumber",
];

/** What is wrong with one rule's `selection`, by itself and with the rule's action. Nulls are keyFaults' to report. */
export function selectionFaults(selection: unknown, actionType: unknown, at: string, report: Reporter): void {
  if (!isObject(selection)) {
    report.fault(at, selection, "a rule has a selection.", "write tagStatus, countType and countNumber.");
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
    `${key} is one of ${choices.join(", ")}.`,
    withGuess(value, choices, "write one of these."),
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
          `tagStatus \`${tagStatus}\` takes no ${key}.`,
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
    report.fault(at, list, "this is a list with at least one entry.", "write an entry, or leave the key out.");
    return;
  }
  list.forEach((entry: unknown, index) => {
    if (typeof entry !== "string" || entry === "") {
      report.fault(
        `${at}[${index}]`,
        entry,
        "an entry is a text of at least one character.",
        "write a text, or leave the entry out.",
      );
    } else {
      entryFaults(entry, `${at}[${index}]`, report);
    }
  });
}

/** A prefix that no tag can begin with would never match; ECR's grammar of tags decides. */
function prefixFaults(prefix: string, at: string, report: Reporter): void {
  if (prefix.includes("*")) {
    report.fault(
      at,
      prefix,
      "a prefix has no wildcards: `*` is no character of a tag.",
      "write the entry in tagPatternList.",
    );
  } else if (imageTagFaults(prefix, at).length > 0) {
    report.fault(
      at,
      prefix,
      "no image tag begins like this.",
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
      `a pattern has at most ${lifecycleLimits.wildcards} \`*\`, this one has ${stars}.`,
      "leave some out.",
    );
  }
  if (/[^A-Za-z0-9._*-]/.test(pattern) || /^[.-]/.test(pattern) || pattern.replaceAll("*", "").length > 128) {
    report.fault(
      at,
      pattern,
      "no image tag fits this pattern.",
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
      "countNumber is a whole number, 1 or more.",
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
        "imageCountMoreThan counts images: it takes no unit.",
        "leave countUnit out.",
      );
    }
  } else if (countUnit !== undefined ? countUnit !== "days" : countTypes.some((each) => each === countType)) {
    report.fault(`${at}.countUnit`, countUnit, "the `since…` kinds count days.", 'write countUnit: "days".');
  }
}

function archiveFaults(selection: JsonObject, actionType: unknown, at: string, report: Reporter): void {
  const { storageClass, countType, countNumber } = selection;
  const archived = storageClass === "archive";
  if (archived && actionType === "transition") {
    report.fault(
      `${at}.storageClass`,
      storageClass,
      "images of the archive are there already: they cannot go to it.",
      'write action {"type":"expire"}, or leave storageClass out.',
    );
  }
  if (archived && countType !== "sinceImageTransitioned" && countTypes.some((each) => each === countType)) {
    report.fault(
      `${at}.countType`,
      countType,
      "a rule for the archive counts sinceImageTransitioned.",
      'write countType: "sinceImageTransitioned".',
    );
  }
  if (countType === "sinceImageTransitioned") {
    if (storageClass === undefined || storageClass === "standard") {
      report.fault(
        `${at}.storageClass`,
        storageClass,
        "sinceImageTransitioned goes with the storage class `archive` only.",
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
        `an archived image stays at least ${lifecycleLimits.archiveDays} days.`,
        `write ${lifecycleLimits.archiveDays} or more.`,
      );
    }
  }
  if (countType === "sinceImagePulled" && actionType === "expire") {
    report.fault(
      `${at}.countType`,
      countType,
      "sinceImagePulled goes with a transition only.",
      'write action {"type":"transition","targetStorageClass":"archive"}, or countType: "sinceImagePushed".',
    );
  }
}
