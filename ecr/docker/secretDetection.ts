/** Typical names of secrets: those of BuildKit's own check (SecretsUsedInArgOrEnv), and compounds of them. */
const secretName =
  /passw(?:or)?d|passphrase|(?<!by|com|tres|sur)pass(?:$|[_-])|pword|secret|token(?!i)|credential|(?:^|[_-])(?:pat|pwd|auth)(?:$|[_-])|(?:^|(?<!cache|foreign|partition|primary|sort)[_-])key(?:$|[_-])|(?:api|access|private|ssh|signing|encryption|deploy|account|license)key/i;

/** Names that describe a secret or its location, such as AUTH_URL and SECRET_NAME, or that mark it as public. */
const secretMetadataName =
  /[_-](?:ur[il]|domain|host(?:name)?|port|issuer|endpoint|provider|enabled|arn|path|file|dir|name|header|ttl|expiry|length|algorithm|type)$|(?:^|[_-])public(?:$|[_-])/i;

/**
 * Values in the format of a secret: AWS keys, tokens for GitHub, GitLab, npm, Slack, and Docker, private keys, JWTs.
 */
const secretValue =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_|\bglpat-|\bnpm_[A-Za-z0-9]{30,}|\bxox[abprs]-|\bdckr_pat_|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Whether the name or the value of a build argument looks like a secret. Messages show only the name. Never throws. */
export function detectSecret(name: string, value: unknown): "name" | "value" | undefined {
  if (secretName.test(name) && !secretMetadataName.test(name)) return "name";
  return typeof value === "string" && secretValue.test(value) ? "value" : undefined;
}
