// Firefox for tests/e2e/engines: started and driven over WebDriver BiDi by puppeteer, one JSON command a line on
// standard input, one JSON answer a line on standard output.
//   node firefox.mjs /usr/bin/firefox-esr '{"ui.prefersReducedMotion": 1}'
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, preferences = "{}"] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  extraPrefsFirefox: JSON.parse(preferences),
});

/** A page with storage of its own, and what it says that nobody asked for. */
async function openWindow() {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  /** Whether one document is being left for another: modules that the old one still waited for will not come. */
  let leaving = false;
  const leave = async (/** @type {Promise<unknown>} */ gone) => {
    leaving = true;
    await gone;
    leaving = false;
    return null;
  };
  page.on("pageerror", (error) => {
    const text = String(error.stack ?? error);
    if (!(leaving && text.includes("error loading dynamically imported module"))) complaints.push(text);
  });
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  return {
    size: ({ width, height, ratio }) => page.setViewport({ width, height, deviceScaleFactor: ratio }),
    follow: ({ x, y }) =>
      leave(Promise.all([page.waitForNavigation({ waitUntil: "domcontentloaded" }), page.mouse.click(x, y)])),
    go: ({ address }) => leave(page.goto(address, { waitUntil: "domcontentloaded" })),
    // Puppeteer takes a function or source; the source of a function with its arguments is what is sent here.
    run: ({ script, values }) => page.evaluate(`(function () { ${script}\n}).apply(null, ${JSON.stringify(values)})`),
    move: ({ x, y }) => page.mouse.move(x, y),
    press: () => page.mouse.down(),
    release: () => page.mouse.up(),
    key: ({ name }) => page.keyboard.press(name),
    // A traversal that changes the address alone (history.pushState) loads nothing, so nothing is waited for here.
    back: () => page.evaluate("history.back()"),
    reload: () => leave(page.reload({ waitUntil: "domcontentloaded" })),
    async upload({ selector, file }) {
      const input = await page.$(selector);
      await input.uploadFile(file);
      await input.dispose();
    },
    shot: ({ file }) => page.screenshot({ path: file }).then(() => null),
    complaints: () => complaints,
    close: () => leave(context.close()),
  };
}

/** @type {Map<number, Awaited<ReturnType<typeof openWindow>>>} */
const windows = new Map();

process.stdout.write(`${JSON.stringify({ value: await browser.version() })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { window, command, ...options } = JSON.parse(line);
  let answer;
  try {
    if (command === "open") windows.set(window, await openWindow());
    answer = { value: command === "open" ? null : await windows.get(window)[command](options) };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
