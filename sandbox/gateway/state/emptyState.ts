import * as fs from "node:fs";
import * as path from "node:path";
import { Store } from "./store";

/** Settings that outlive a reset: the ports, so that addresses stay what they were. */
const kept = "port";

/**
 * Empties the state of a gateway that does not run: no repository, image, tag, token or setting is left but the ports.
 * Interrupted at any moment it leaves the old state or the empty one.
 */
export async function emptyState(directory: string): Promise<void> {
  if (!fs.existsSync(directory)) return;
  const old = new Store(directory);
  const ports = old.settingsUnder<number>(kept);
  await old.close();
  const empty = `${directory}.empty`;
  fs.rmSync(empty, { recursive: true, force: true });
  const store = new Store(empty);
  store.change(() => {
    for (const [rest, port] of ports) store.putSetting(port, kept, ...rest);
  });
  await store.close();
  // LMDB's state is one file; the other one is about who has it open.
  fs.renameSync(path.join(empty, "data.mdb"), path.join(directory, "data.mdb"));
  fs.rmSync(path.join(directory, "lock.mdb"), { force: true });
  fs.rmSync(empty, { recursive: true });
}
