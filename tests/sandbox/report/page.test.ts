import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { reportPage } from "../../../cli/report/page";
import { report } from "../../cli/reportFixture";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { toolsTimeout } from "../tools";
import { startBrowser } from "./browser";

describe("the report in a browser", function () {
  this.timeout(900_000);
  let browser: Browser;
  let address = "";
  const opened: Page[] = [];

  before(async function () {
    this.timeout(toolsTimeout);
    const file = path.join(temporaryDirectory(), "report.html");
    fs.writeFileSync(file, reportPage(report()));
    address = pathToFileURL(file).href;
    browser = await startBrowser();
  });
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close();
  });
  after(async () => {
    await browser?.close();
    removeTemporary();
  });

  /** Opens the report; `messages` collects what it logs, throws or requests. */
  async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; messages: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    opened.push(page);
    const messages: string[] = [];
    page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => messages.push(String(error)));
    page.on("request", (request) => request.url() !== address && messages.push(`request: ${request.url()}`));
    await page.goto(address);
    return { page, messages };
  }

  const visibleRows = (page: Page) => page.locator("details.images tbody tr:visible").count();

  it("shows everything, and neither logs nor requests anything", async () => {
    const { page, messages } = await open();
    assert.equal(await page.title(), "Amazon ECR report: prod");
    assert.equal(await page.locator("h1").textContent(), "Stack prod");
    assert.deepEqual(await page.locator("h2").allInnerTexts(), [
      "What needs attention",
      "Repositories",
      "shop/petclinic",
      "shop/petclinic-pr",
      "shop/tools",
      "shop/visits",
      "Policies",
      "Cost",
    ]);
    assert.equal(await visibleRows(page), 68);
    // The page's Content-Security-Policy allows its style sheet.
    assert.equal(await page.evaluate('getComputedStyle(document.querySelector("nav")).position'), "sticky");
    assert.deepEqual(messages, []);
  });

  it("draws bars at their days: the seventh day's on the line of day 7", async () => {
    const { page } = await open();
    const lane = page.locator("svg.lane").first();
    const bar = await lane.locator("rect.expire").last().boundingBox();
    const line = await lane.locator("line.grid").nth(1).boundingBox();
    assert.ok(bar && line);
    assert.ok(Math.abs(bar.x + bar.width / 2 - line.x) < 1.5, `${bar.x} + ${bar.width} / 2, ${line.x}`);
    assert.ok(bar.height >= 4);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no axe violations on a ${colorScheme} screen, wide or narrow`, async () => {
      const { page } = await open({ colorScheme });
      await page.getByRole("button", { name: "Open all" }).click();
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 900 });
        // Like the browser's developer tools, since the page's Content-Security-Policy allows no script.
        await page.evaluate(axe.source);
        const violations = await page.evaluate(async () => {
          const results = await (globalThis as unknown as { axe: typeof axe }).axe.run();
          return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        });
        assert.deepEqual(violations, []);
      }
      const paper = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      assert.equal(paper, colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(18, 24, 30)");
    });
  }

  it("never scrolls sideways, except in the frames of wide tables on wide screens", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Open all" }).click();
    for (const width of [320, 360, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assert.equal(wide, width);
      const cut = `[...document.querySelectorAll(".frame td, .frame tbody th")].filter((cell) => cell.getBoundingClientRect().right > ${width}).length`;
      if (width <= 768) assert.equal(await page.evaluate(cut), 0, "on a phone a table is cut nowhere");
    }
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await open();
    const focused = () =>
      page.evaluate<{ text: string; tag: string; outline: string }>(`(() => {
        const element = document.activeElement;
        const { outlineStyle: outline } = getComputedStyle(element);
        return { text: element.textContent.trim(), tag: element.tagName, outline };
      })()`);
    await page.keyboard.press("Tab");
    assert.deepEqual(await focused(), { text: "Skip to the report", tag: "A", outline: "solid" });
    assert.ok(((await page.locator(".skip").boundingBox())?.x ?? -1) >= 0);
    await page.keyboard.press("Enter");
    assert.equal((await focused()).tag, "MAIN");
    const reached: string[] = [];
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press("Tab");
      const { tag, outline, text } = await focused();
      if (tag === "BODY") break;
      assert.equal(outline, "solid", `${tag} ${text.slice(0, 40)}`);
      reached.push(tag);
    }
    const count = (tag: string) => reached.filter((each) => each === tag).length;
    assert.equal(count("SUMMARY"), await page.locator("summary").count());
    assert.equal(count("DIV"), await page.locator(".frame:visible").count());
    assert.equal(count("A"), await page.locator("main a").count());
    assert.deepEqual([count("INPUT"), count("BUTTON")], [1, 2]);
  });

  it("finds images by tag, digest and consumer, and says how many", async () => {
    const { page } = await open();
    const field = page.getByRole("searchbox");
    const said = () => page.locator("output").textContent();
    await field.fill("NIGHTLY");
    // Three by their tag, one by the function that runs it.
    assert.deepEqual([await visibleRows(page), await said()], [4, "4 of 68 images"]);
    const digest = await page.locator("details.images tbody code").first().getAttribute("title");
    await field.fill(digest ?? "");
    assert.deepEqual([await visibleRows(page), await said()], [1, "1 of 68 images"]);
    await field.fill("");
    assert.deepEqual([await visibleRows(page), await said()], [68, ""]);
    await page.getByRole("button", { name: "Close all" }).click();
    assert.equal(await visibleRows(page), 0);
  });

  it("prints closed sections too, and closes them again", async () => {
    const { page } = await open();
    const openDetails = () => page.locator("details[open]").count();
    const before = await openDetails();
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    assert.equal(await openDetails(), await page.locator("details").count());
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    assert.equal(await openDetails(), before);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("nav").isVisible(), false);
  });

  it("shows the same without JavaScript, and offers nothing that needs it", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    assert.equal(await page.locator(".tools").isVisible(), false);
    assert.equal(await visibleRows(page), 68);
    await page.locator("summary", { hasText: "Counts for all rules" }).click();
    assert.equal(await page.getByRole("row", { name: /ecr-encryption/ }).isVisible(), true);
  });
});
