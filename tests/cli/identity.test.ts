import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { accountSettings } from "../../cli/environments/accountSettings";
import { type AccountSettings, identityOf } from "../../cli/environments/identity";

const settings: AccountSettings = {
  file: "Pulumi.dev.yaml",
  region: "ap-northeast-2",
  allowedAccountIds: [],
  assumedRoles: [],
  hasOwnKeys: false,
};
const arn = "arn:aws:sts::123456789012:assumed-role/deploy/me";

describe("AWS identity, before Pulumi starts", () => {
  let answer: { status: number; body: string };
  let server: http.Server;
  const kept = { ...process.env };

  before(async () => {
    server = http.createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  beforeEach(() => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith("AWS_"))) delete process.env[name];
    const { port } = server.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/nonexistent",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    });
    answer = {
      status: 200,
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    };
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
    Object.assign(process.env, kept);
  });

  it("is shown in one line: account, role, region and source of the credentials", async () => {
    const { line } = await identityOf(settings);
    assert.match(
      line ?? "",
      /^AWS: account 123456789012, assumed-role\/deploy\/me, region ap-northeast-2, from AWS_ACCESS_KEY_ID in the environment, at http:\/\/127/,
    );
  });

  it("is refused without credentials, with the three usual ways to get them", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    const { refusal = "" } = await identityOf(settings);
    assert.match(refusal, /^AWS: no credentials \(/);
    for (const way of ["aws sso login", "AWS_PROFILE=", "AWS_ACCESS_KEY_ID", "OIDC"]) {
      assert.ok(refusal.includes(way), way);
    }
    const { refusal: named = "" } = await identityOf({ ...settings, profile: "nobody" });
    assert.match(named, /^AWS: no credentials in the profile nobody/);
  });

  it("is refused in an account that the stack's file does not allow, unless the provider assumes a role in an allowed one", async () => {
    const elsewhere = { ...settings, allowedAccountIds: ["210987654321"] };
    const { refusal = "" } = await identityOf(elsewhere);
    assert.match(
      refusal,
      /^Pulumi\.dev\.yaml: aws:allowedAccountIds: found the account 123456789012 .* Must be 210987654321\. /,
    );
    const role = "arn:aws:iam::210987654321:role/ecr-deploy";
    const { line = "" } = await identityOf({ ...elsewhere, assumedRoles: [role] });
    assert.ok(line.includes(`, then as ${role}, `), line);
  });

  it("is refused if AWS rejects the credentials, and left unchecked if AWS does not answer", async () => {
    answer = {
      status: 403,
      body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>",
    };
    assert.match(
      (await identityOf(settings)).refusal ?? "",
      /^AWS: the credentials from .* were rejected \(Expired.*over\)/,
    );
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9";
    assert.match(
      (await identityOf(settings)).line ?? "",
      /^AWS: credentials from .*; their identity could not be checked/,
    );
  });

  it("is read from the stack's file: region, profile, accounts, roles, and keys that only Pulumi can decrypt", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-account-"));
    fs.writeFileSync(
      path.join(folder, "Pulumi.dev.yaml"),
      `config:\n  aws:region: eu-west-1\n  aws:profile: dev\n  aws:allowedAccountIds: ["1", "2"]\n  aws:assumeRoles: [{ roleArn: arn:a }, { roleArn: arn:b }]\n  aws:accessKey: { secure: AAAA }\n`,
    );
    const { file, ...found } = accountSettings(folder, "dev");
    fs.rmSync(folder, { recursive: true });
    assert.match(file, /Pulumi\.dev\.yaml$/);
    assert.deepEqual(found, {
      region: "eu-west-1",
      profile: "dev",
      allowedAccountIds: ["1", "2"],
      assumedRoles: ["arn:a", "arn:b"],
      hasOwnKeys: true,
    });
    assert.match((await identityOf({ file, ...found })).line ?? "", /^AWS: the keys in .*, region eu-west-1$/);
  });
});
