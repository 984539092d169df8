// Writes docs/images/report-*.png: npm run report:screenshots
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { reportPage } from "../../../cli/report/page";
import { report } from "../../cli/reportFixture";
import { startBrowser } from "./browser";

const screens = [
  { name: "desktop-light", width: 1280, height: 1600, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 1600, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 1400, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 1400, colorScheme: "dark" },
] as const;

/** As docs/ promises. */
const largestBytes = 300_000;

async function takeScreenshots(folder: string): Promise<void> {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-report-"));
  const file = path.join(temporary, "report.html");
  fs.writeFileSync(file, reportPage(report()));
  fs.mkdirSync(folder, { recursive: true });
  const browser = await startBrowser();
  try {
    for (const { name, width, height, colorScheme } of screens) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await page.goto(pathToFileURL(file).href);
      const target = path.join(folder, `report-${name}.png`);
      await page.screenshot({ path: target });
      await page.close();
      const { size } = fs.statSync(target);
      if (size > largestBytes) {
        throw new Error(`${target} has ${size} bytes; at most ${largestBytes} are wanted: make it less high.`);
      }
      console.log(`${target}: ${size} bytes`);
    }
  } finally {
    await browser.close();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

takeScreenshots(path.join(__dirname, "../../../docs/images")).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
