import { changeByHand } from "./byHand";
import { changed, type Edit } from "./edits";
import { runKilled } from "./kill";
import { type LivingStack, up } from "./livingStack";
import { entriesOf, homeRegion } from "./model";
import { promote, secondStack } from "./otherStacks";

/** One step of a life. @throws When the program does not match the model. */
export async function step(stack: LivingStack, edit: Edit): Promise<void> {
  const change = (each: Parameters<typeof changed>[2]) => changed(stack.world, stack.previous, each);
  switch (edit.do) {
    case "push":
    case "moveTag":
    case "deleteImage":
    case "deleteLifecyclePolicy":
    case "deleteRepositoryPolicy":
    case "deleteRepository":
      return changeByHand(stack, edit);
    case "adopt":
      return adopt(stack, edit);
    case "killed":
      return stack.update(change(edit.edit), () => runKilled(stack, edit));
    case "targeted":
      return targeted(stack, edit);
    case "refresh":
      await stack.must("refresh", "--yes", "--skip-preview");
      return stack.check();
    case "secondStack":
      return secondStack(stack, edit);
    case "promote":
      return promote(stack);
    default:
      return stack.update(change(edit));
  }
}

/** Imports a repository that was created and pushed to by hand. */
async function adopt(stack: LivingStack, { key, name, region }: Extract<Edit, { do: "adopt" }>): Promise<void> {
  const place = `private/${region}/${name}`;
  if (stack.world.config.privates[key] || stack.world.managed[place]) return stack.skip();
  const there = stack.world.repositories[place];
  if (!there) {
    const made = await stack.account.create(place);
    made.images = { first: await stack.account.push(place, "first") };
    stack.world.repositories[place] = made;
  }
  const encryption = there?.encryption === "KMS" ? "kms" : "aes256";
  const config = structuredClone(stack.world.config);
  config.privates[key] = { import: name, encryption, ...(region !== homeRegion && { region }) };
  return stack.update(config);
}

/** Makes two changes, with an update of one repository by `--target` before the full update. */
async function targeted(stack: LivingStack, { first, other }: Extract<Edit, { do: "targeted" }>): Promise<void> {
  const one = changed(stack.world, stack.previous, first);
  const both = one && changed({ ...stack.world, config: one }, undefined, other);
  const [target] = both ? entriesOf(both) : [];
  if (!both || !target) return stack.skip();
  const name = target.place.split("/").at(-1);
  return stack.update(both, async () => {
    await stack.must(...up, "--target", `**::${target.key}`, "--target", `**::${name}`);
    await stack.must(...up);
  });
}
