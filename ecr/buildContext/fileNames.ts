/**
 * File names are bytes, which need not be UTF-8. As text, a byte that is not part of a character is a lone surrogate,
 * U+DC00 and the byte: no two names have the same text, and one that is UTF-8 is what it says.
 */
const byteMark = 0xdc00;

/** Bytes in a text that are not part of a character. With `u`, a surrogate of a pair is not one. */
const lone = /[\udc80-\udcff]/u;
const eachLone = /[\udc80-\udcff]/gu;

/** The text of a name, of a link's target or of an ignore file. */
export function textOf(name: Uint8Array): string {
  const whole = Buffer.from(name.buffer, name.byteOffset, name.byteLength);
  const text = whole.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  const parts: string[] = [];
  for (let at = 0; at < whole.length; ) {
    const first = whole[at] ?? 0;
    const bytes = whole.subarray(at, at + characterLength(first));
    const character = bytes.toString("utf8");
    // What cannot be decoded becomes U+FFFD, which is a character too.
    const isCharacter = bytes.equals(Buffer.from(character));
    parts.push(isCharacter ? character : String.fromCharCode(byteMark + first));
    at += isCharacter ? bytes.length : 1;
  }
  return parts.join("");
}

function characterLength(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The bytes of a text of textOf. */
export function bytesOf(text: string): Buffer {
  if (isUtf8(text)) return Buffer.from(text);
  return Buffer.concat(
    text.split(/([\udc80-\udcff])/u).map((part) => {
      return lone.test(part) ? Buffer.of(part.charCodeAt(0) - byteMark) : Buffer.from(part);
    }),
  );
}

/** Whether a text of textOf was UTF-8. */
export function isUtf8(text: string): boolean {
  return !lone.test(text);
}

/** The text with U+FFFD for each byte that is not part of a character: how Go's regular expressions read it, and people. */
export function wellFormed(text: string): string {
  return isUtf8(text) ? text : text.replace(eachLone, "\ufffd");
}
