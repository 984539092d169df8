/** Maximum number of remembered strings; even a stack with thousands of repositories has few different documents. */
const maximumEntries = 200;

/** Memoizes a function of a string; equal strings return the identical object. */
export function memoizeByString<Value>(answer: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, { value: Value }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) {
      return found.value;
    }
    if (known.size >= maximumEntries) {
      known.clear();
    }
    const value = answer(text);
    known.set(text, { value });
    return value;
  };
}

/** Memoizes a function of an immutable object and a setting. */
export function memoizeByObject<Key extends object, Value>(
  answer: (key: Key, setting: string) => Value,
): (key: Key, setting?: string) => Value {
  const known = new WeakMap<Key, (setting: string) => Value>();
  return (key, setting = "") => {
    const found = known.get(key) ?? memoizeByString((each) => answer(key, each));
    known.set(key, found);
    return found(setting);
  };
}
