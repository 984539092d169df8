import * as fs from "node:fs";
import * as path from "node:path";
import { Store } from "./store";

/** Settings that survive a reset: the ports, so that addresses stay the same. */
const portPrefix = "port";

/**
 * Empties the state of a stopped gateway: removes all repositories, images, tags, tokens, and settings except the
 * ports. If interrupted, either the old or the empty state remains.
 */
export async function emptyState(directory: string): Promise<void> {
  if (!fs.existsSync(directory)) return;
  const old = new Store(directory);
  const ports = old.settingsUnder<number>(portPrefix);
  await old.close();
  const empty = `${directory}.empty`;
  fs.rmSync(empty, { recursive: true, force: true });
  const store = new Store(empty);
  store.change(() => {
    for (const [rest, port] of ports) store.putSetting(port, portPrefix, ...rest);
  });
  await store.close();
  // LMDB keeps its data in one file; the other only tracks open readers.
  fs.renameSync(path.join(empty, "data.mdb"), path.join(directory, "data.mdb"));
  fs.rmSync(path.join(directory, "lock.mdb"), { force: true });
  fs.rmSync(empty, { recursive: true });
}
