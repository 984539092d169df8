import { type Browser, chromium } from "playwright-core";
import { chromium as debianChromium } from "../tools";

/** No Chromium sandbox, since tests may run as root; no network services, since the page needs none. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Debian's Chromium without a window. The caller has to close it. */
export async function startBrowser(moreFlags: readonly string[] = []): Promise<Browser> {
  const { program, env } = await debianChromium();
  const defined = Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return chromium.launch({ executablePath: program, env: Object.fromEntries(defined), args: [...flags, ...moreFlags] });
}
