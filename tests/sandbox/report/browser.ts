import { type Browser, chromium } from "playwright-core";
import { chromium as debianChromium } from "../tools";

/** No sandbox of its own, since tests may run as root; nothing of the network, since the page needs none. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium without a window. It has to be closed. */
export async function startBrowser(moreFlags: readonly string[] = []): Promise<Browser> {
  const { program, env } = await debianChromium();
  const defined = Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return chromium.launch({ executablePath: program, env: Object.fromEntries(defined), args: [...flags, ...moreFlags] });
}
