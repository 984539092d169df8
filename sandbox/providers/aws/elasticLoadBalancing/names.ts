const longestName = 32;
/** Length of the suffix that the engine adds to a name, including the dash. */
const suffixLength = 8;

/**
 * Names of load balancers and target groups are limited to 32 characters: a longer one is cut in the middle to keep its
 * suffix.
 */
export function shortName(name: string): string {
  if (name.length <= longestName) return name;
  return name.slice(0, longestName - suffixLength) + name.slice(-suffixLength);
}
