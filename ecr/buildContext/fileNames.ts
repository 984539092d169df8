/**
 * File names are bytes and need not be UTF-8. In these strings, each byte that does not decode is a lone surrogate,
 * U+DC00 plus the byte: different names give different strings, and a UTF-8 name is unchanged.
 */
const loneSurrogateBase = 0xdc00;

/** Bytes that do not decode. With `u`, half of a surrogate pair does not match. */
const loneSurrogate = /[\udc80-\udcff]/u;
const loneSurrogates = /[\udc80-\udcff]/gu;

/** Decodes a file name, a link target, or an ignore file. */
export function decodeBytes(name: Uint8Array): string {
  const whole = Buffer.from(name.buffer, name.byteOffset, name.byteLength);
  const text = whole.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  const parts: string[] = [];
  for (let at = 0; at < whole.length; ) {
    const first = whole[at] ?? 0;
    const bytes = whole.subarray(at, at + characterLength(first));
    const character = bytes.toString("utf8");
    // What cannot be decoded becomes U+FFFD, which is also a valid character, so compare the bytes.
    const isCharacter = bytes.equals(Buffer.from(character));
    parts.push(isCharacter ? character : String.fromCharCode(loneSurrogateBase + first));
    at += isCharacter ? bytes.length : 1;
  }
  return parts.join("");
}

function characterLength(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Encodes a string from decodeBytes back to bytes. */
export function encodeBytes(text: string): Buffer {
  if (isUtf8(text)) return Buffer.from(text);
  return Buffer.concat(
    text.split(/([\udc80-\udcff])/u).map((part) => {
      return loneSurrogate.test(part) ? Buffer.of(part.charCodeAt(0) - loneSurrogateBase) : Buffer.from(part);
    }),
  );
}

/** Whether a string from decodeBytes was valid UTF-8. */
export function isUtf8(text: string): boolean {
  return !loneSurrogate.test(text);
}

/** Replaces bytes that do not decode by U+FFFD: what Go's regular expressions and people see. */
export function wellFormed(text: string): string {
  return isUtf8(text) ? text : text.replace(loneSurrogates, "\ufffd");
}
