/** Whether a string is the digest of a manifest or blob: `sha256:` and 64 hexadecimal digits, or `sha512:` and 128. */
export function isDigest(text: unknown): text is string {
  return typeof text === "string" && /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}
