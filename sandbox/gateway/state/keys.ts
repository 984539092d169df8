/** Sorts after every character in a name or tag. */
export const lastKeyPart = "\uffff";

/** In bytes. LMDB limits keys to less than 2,000, and all stored keys are far shorter. */
const maximumKeyBytes = 1500;

/** Whether a key could exist. Clients may send names of any length, and LMDB throws for long ones. */
export function isStorableKey(key: readonly string[]): boolean {
  return key.reduce((length, part) => length + Buffer.byteLength(part), 0) <= maximumKeyBytes;
}
