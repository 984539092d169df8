import type { PropertyValue } from "../../../../provider/protocol/values";
import { isMap } from "../../../../provider/protocol/values";

/** Whether two lists of scanning rules are equivalent: the order of rules and filters does not matter. */
export function equivalentScanningRules(left: PropertyValue, right: PropertyValue): boolean {
  return JSON.stringify(canonical(left)) === JSON.stringify(canonical(right));
}

function canonical(rules: PropertyValue): unknown {
  if (!Array.isArray(rules)) return rules;
  return rules
    .map((rule) => {
      if (!isMap(rule)) return JSON.stringify(rule);
      const filters = Array.isArray(rule["repositoryFilters"]) ? rule["repositoryFilters"] : [];
      const texts = filters.map((filter) =>
        isMap(filter) ? [filter["filter"], filter["filterType"]].join(" ") : JSON.stringify(filter),
      );
      return [rule["scanFrequency"], ...texts.sort()].join("\n");
    })
    .sort();
}
