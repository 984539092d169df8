import assert from "node:assert/strict";
import { detectSecret } from "../../../ecr/docker/secretDetection";

describe("what looks like a secret", () => {
  const secretNames =
    "NPM_TOKEN dbPassword MY_PASSWD api_key APIKEY apiKey AWS_SECRET PRIVATE_KEY GIT_PAT GITHUB_PAT CREDENTIALS DB_PASS DBPASS DBPASSWORD SSH_KEY SIGNING-KEY AUTH HTTP-AUTH DB_PWD GPG_PASSPHRASE PASS-1 ACCESS_KEY_ID accesskey encryption-key DEPLOYKEY ACCOUNT_KEY LICENSE_KEY STRIPE_KEY KEY KEY_1 URL_TOKEN NAMED_SECRET CACHE_KEY_TOKEN USER_PWORD";
  const otherNames =
    "PATH AUTHOR COMPATIBLE PATTERN BYPASS_CACHE PASSENGER TOKENIZER KEYBOARD MONKEY COMPASS TRESPASS SURPASS PATCH MYPAT AUTH_URL VITE_FIREBASE_AUTH_DOMAIN TOKEN_ENDPOINT SECRET_NAME DB_PASSWORD_FILE JWT_TOKEN_TTL CREDENTIALS_FILE SSH_PUBLIC_KEY NEXT_PUBLIC_API_KEY CACHE_KEY SORT-KEY PUBLICATION";
  const secretValues = [
    "AKIAIOSFODNN7EXAMPLE",
    "x ASIAIOSFODNN7EXAMPLE",
    `ghp_${"a1B2".repeat(9)}`,
    `ghs_${"a1B2c".repeat(6)}`,
    "github_pat_1",
    `npm_${"a1B2c".repeat(6)}`,
    "dckr_pat_1",
    "-----BEGIN PRIVATE KEY-----",
    "glpat-abc",
    "xoxb-1",
    "-----BEGIN RSA PRIVATE KEY-----",
    "https://user:pass@example.com/",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
  ];
  const otherValues = [
    "https://example.com/user:pass",
    "https://user@example.com:443/",
    "AKIAIOSFODNN7EXAMPLES",
    "AKIAIOSFODNN7EXAMPL",
    "ghp_short",
    "npm_config_loglevel",
    "-----BEGIN PUBLIC KEY-----",
    "eyJhbGciOiJIUzI1NiJ9",
  ];

  for (const name of secretNames.split(" ")) {
    it(`includes the name ${name}`, () => assert.equal(detectSecret(name, "v1"), "name"));
  }
  for (const name of otherNames.split(" ")) {
    it(`excludes the name ${name}`, () => assert.equal(detectSecret(name, "v1"), undefined));
  }
  for (const value of secretValues) {
    it(`includes the value ${value.slice(0, 20)}…`, () => assert.equal(detectSecret("A", value), "value"));
  }
  for (const value of [...otherValues, undefined, null, 1, {}]) {
    it(`excludes the value ${String(value)}`, () => assert.equal(detectSecret("A", value), undefined));
  }
});
