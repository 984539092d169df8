/** Sorts after every character that a name or a tag can have. */
export const afterEverything = "\uffff";

/** Bytes: LMDB's keys have less than 2,000, and everything that is stored has a far shorter one. */
const longestKey = 1500;

/** Whether there can be something of this key. Clients may ask with names of any length; LMDB throws for long ones. */
export function fits(key: readonly string[]): boolean {
  return key.reduce((length, part) => length + Buffer.byteLength(part), 0) <= longestKey;
}
