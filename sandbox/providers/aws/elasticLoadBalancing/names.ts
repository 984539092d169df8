const longestName = 32;
/** The digits that the engine adds to a name, with the dash before them. */
const suffixLength = 8;

/** Load balancers and target groups have at most 32 characters: a longer name loses its middle, not its digits. */
export function shortName(name: string): string {
  if (name.length <= longestName) return name;
  return name.slice(0, longestName - suffixLength) + name.slice(-suffixLength);
}
