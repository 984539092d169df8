import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { type Config, homeRegion, mapEntries } from "./model";

/** Any salt that matches the passphrase `sandbox`. */
const encryptionsalt = "v1:pRrwDjXXFF8=:v1:ATRef9uKCI3b+Ax5:YiWI7cwf16j6pB0/N6dy6MoR5u4ktA==";

/** `Pulumi.<stack>.yaml`, and the build contexts of images. */
export class StackFile {
  constructor(private readonly directory: string) {}

  write(stack: string, { privates, publics, registries, images, roles }: Config): void {
    for (const [name, { content }] of Object.entries(images)) this.writeContext(name, content);
    const [account] = /\d{12}/.exec(stack) ?? [];
    this.writeConfig(stack, {
      "aws:region": homeRegion,
      "ecr:privateRepositories": privates,
      "ecr:publicRepositories": publics,
      "ecr:registries": registries,
      "ecr:images": mapEntries(images, ({ content: _, ...settings }, context) => ({ context, ...settings })),
      "ecr:pushRoles": mapEntries(roles, ({ roleName, createProvider }) => ({
        roleName,
        github: [{ repository: "octo-org/shop", branches: ["main"] }],
        repositories: [`arn:aws:ecr:${homeRegion}:${account}:repository/shop`],
        ...(createProvider
          ? { createProvider }
          : { providerArn: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com` }),
      })),
    });
  }

  writeConfig(stack: string, config: object): void {
    fs.writeFileSync(path.join(this.directory, `Pulumi.${stack}.yaml`), stringify({ config, encryptionsalt }));
  }

  private writeContext(name: string, content: number): void {
    const context = path.join(this.directory, name);
    fs.mkdirSync(context, { recursive: true });
    fs.writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\nCOPY content /\n");
    fs.writeFileSync(path.join(context, "content"), String(content));
  }
}
