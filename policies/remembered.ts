/** Different texts of one stack that are worth remembering; a stack of thousands of repositories has few documents. */
const limit = 200;

/** A function of a text that gives the same answer, the very same object, when it is asked for the same text again. */
export function rememberText<Value>(answer: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, { value: Value }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) {
      return found.value;
    }
    if (known.size >= limit) {
      known.clear();
    }
    const value = answer(text);
    known.set(text, { value });
    return value;
  };
}

/** A function of an object that nobody changes, and of a setting, that answers once for each. */
export function rememberObject<Key extends object, Value>(
  answer: (key: Key, setting: string) => Value,
): (key: Key, setting?: string) => Value {
  const known = new WeakMap<Key, (setting: string) => Value>();
  return (key, setting = "") => {
    const found = known.get(key) ?? rememberText((each) => answer(key, each));
    known.set(key, found);
    return found(setting);
  };
}
