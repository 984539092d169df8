import assert from "node:assert/strict";
import { Account } from "./account";
import type { Edit } from "./edits";
import { type LivingStack, up, upWithPreview } from "./livingStack";
import { type Config, emptyWorld, homeRegion } from "./model";

/** Another stack is created in the account and destroyed again. This one must not change. */
export async function secondStack(
  stack: LivingStack,
  { name, registry }: Extract<Edit, { do: "secondStack" }>,
): Promise<void> {
  const { engine, world } = stack;
  const second = `${stack.name}-second`;
  const registries: Config["registries"] = registry ? { other: {} } : {};
  const isTaken = Object.values(world.config.registries).some(({ region = homeRegion }) => region === homeRegion);
  const isRefused = `private/${homeRegion}/${name}` in world.repositories || (registry && isTaken);
  const privates: Config["privates"] = { other: { repositoryName: name, encryption: "aes256" } };
  stack.file.write(second, { privates, publics: {}, registries, images: {}, roles: {} });
  await stack.must("stack", "init", second);
  const result = await engine.run(...(isRefused ? upWithPreview : up), "--stack", second);
  assert.equal(result.code !== 0, isRefused, `the second stack, to be refused: ${isRefused}\n${result.output}`);
  if (registry && isTaken) await stack.compare("after the second stack was refused");
  await end(stack, second);
  return stack.check();
}

/** Promotes the image to another account, where it must have the same digest. */
export async function promote(stack: LivingStack): Promise<void> {
  const { shop } = stack.world.config.images;
  if (shop === undefined) return stack.skip();
  const other = new Account(String(Number(stack.account.id) - 1));
  const config = structuredClone(stack.world.config);
  const source = config.privates[shop.repositories[0]?.replace(/^private\//, "") ?? ""];
  if (source) {
    source.access = { pullFrom: [other.id] };
    await stack.update(config);
  }
  const next = `${stack.name}-next`;
  stack.file.writeConfig(next, {
    "aws:region": homeRegion,
    "ecr:privateRepositories": { copy: { encryption: "aes256", forceDelete: true } },
    "ecr:promotion": { from: stack.name, images: { shop: { repositories: ["private/copy"], tag: "1.0.0" } } },
  });
  await stack.must("stack", "init", next);
  try {
    process.env["AWS_ACCESS_KEY_ID"] = other.id;
    const result = await stack.engine.run(...up, "--stack", next);
    assert.equal(result.code, 0, result.output);
    const { repositories } = await other.snapshot();
    const digests = Object.values(stack.world.repositories).map(
      ({ images }) => images[stack.world.tags[shop.content] ?? ""],
    );
    assert.ok(digests.includes(repositories[`private/${homeRegion}/copy`]?.images["1.0.0"]), result.output);
    await end(stack, next);
    await stack.compare("in the other account", other, emptyWorld());
  } finally {
    process.env["AWS_ACCESS_KEY_ID"] = stack.account.id;
    other.close();
  }
  return stack.compare("after the promotion");
}

async function end(stack: LivingStack, name: string): Promise<void> {
  const { code, output } = await stack.engine.run("destroy", "--yes", "--skip-preview", "--stack", name);
  assert.equal(code, 0, output);
  await stack.must("stack", "rm", name, "--yes");
}
