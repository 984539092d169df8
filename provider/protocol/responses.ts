import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { printable } from "../../ecr/values/printable";
import type { DiffKind, Failure } from "./definition";
import { type DecodedProperties, SecretPaths } from "./values";

/** Limit on the characters of a message. */
const maximumCharacters = 8192;

/** Makes a message safe for a terminal or CI system: it may quote registries and images. */
export function printableMessage(text: string): string {
  const isLong = text.length > maximumCharacters;
  return printable(isLong ? `${text.slice(0, maximumCharacters)}… (${text.length} characters)` : text);
}

export function mergedSecrets(...bags: DecodedProperties[]): SecretPaths {
  const result = new SecretPaths();
  for (const bag of bags) result.merge(bag.secrets);
  return result;
}

export function toFailure(failure: Failure): pb.CheckFailure {
  const message = new pb.CheckFailure();
  message.setProperty(failure.property);
  message.setReason(printableMessage(failure.reason));
  return message;
}

export function diffKind(kind: DiffKind, replace: boolean): pb.PropertyDiff.Kind {
  const { Kind } = pb.PropertyDiff;
  switch (kind) {
    case "add":
      return replace ? Kind.ADD_REPLACE : Kind.ADD;
    case "delete":
      return replace ? Kind.DELETE_REPLACE : Kind.DELETE;
    case "update":
      return replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}

export function topLevelOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
