import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest, Failure } from "../../../provider/protocol/definition";
import { nameOf } from "../../../provider/protocol/urn";
import type { PropertyMap } from "../../../provider/protocol/values";

/**
 * A physical name for a resource without one: `<logical name>-<7 hex digits>`, stable across updates and subject to the
 * stack's `pulumi:autonaming` configuration. `inputs["__defaults"]` records that the name is generated.
 */
export function autoName(
  request: CheckRequest,
  urn: string,
  inputs: PropertyMap,
  property: string,
  transform: (name: string) => string,
): Failure | undefined {
  if (request.news[property] !== undefined && request.news[property] !== null) return undefined;
  const previous = request.olds[property];
  const previousDefaults = request.olds["__defaults"];
  if (previous !== undefined && Array.isArray(previousDefaults) && previousDefaults.includes(property)) {
    return setDefault(inputs, property, previous as string);
  }
  const { autonaming } = request;
  if (autonaming?.mode === "disabled") {
    return {
      property,
      reason: `${property}: automatic names are switched off (pulumi:autonaming); set ${property}`,
    };
  }
  if (autonaming?.proposedName && (autonaming.mode === "enforce" || autonaming.mode === "propose")) {
    const proposed = autonaming.proposedName;
    return setDefault(inputs, property, autonaming.mode === "enforce" ? proposed : transform(proposed));
  }
  const seed = request.randomSeed;
  const digits =
    seed.length > 0 ? createHash("sha256").update(seed).update(urn).digest("hex") : randomBytes(8).toString("hex");
  return setDefault(inputs, property, transform(`${nameOf(urn)}-${digits.slice(0, 7)}`));
}

function setDefault(inputs: PropertyMap, property: string, name: string): undefined {
  inputs[property] = name;
  const defaults = inputs["__defaults"];
  inputs["__defaults"] = Array.isArray(defaults) ? [...defaults, property].sort() : [property];
  return undefined;
}
