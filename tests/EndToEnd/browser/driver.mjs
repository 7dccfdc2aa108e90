// A Chromium that a test drives by lines of JSON: {"id":1,"do":"open","url":"…"} → {"id":1,"ok":…} or {"id":1,"error":"…"}.
import readline from "node:readline";
import { launch } from "./launch.mjs";

// Says when something hangs, not how fast it must be.
const TIMEOUT_MS = 120_000;
const DEAF_AFTER_MS = 20_000;

const browser = await launch(process.argv[2]);
const problems = [];
let page = await newPage();

async function newPage() {
  const created = await browser.newPage();
  created.on("pageerror", (error) => problems.push(String(error)));
  created.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  return created;
}

/** Ends the page that there is by `end` and opens its address in a new one. */
async function replace(end) {
  const [old, url, viewport] = [page, page.url(), page.viewport()];
  await end(old);
  page = await newPage();
  await page.setViewport(viewport);
  await page.goto(url);
}

/** Ends the page's renderer, as a crash does. The command itself has no answer then. */
async function crash(old) {
  const crashed = new Promise((resolve) => old.once("error", resolve));
  const session = await old.createCDPSession();
  session.send("Page.crash").catch(() => undefined);
  await crashed;
}

/** The button with this text or label, pressed as a person presses it. */
async function click(name) {
  const handle = await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll("button")].find(
        (button) => !button.disabled && [button.textContent.trim(), button.ariaLabel].includes(wanted),
      ),
    { timeout: TIMEOUT_MS, polling: 50 },
    name,
  );
  await handle.asElement().click();
}

/** The text of the last element that matches, once the pattern is found in it. */
async function waitFor(selector, pattern) {
  const found = await page.waitForFunction(
    (wanted, source) => {
      const text = [...document.querySelectorAll(wanted)].at(-1)?.textContent;
      return text !== undefined && new RegExp(source, "s").test(text) ? { text } : undefined;
    },
    { timeout: TIMEOUT_MS, polling: 50 },
    selector,
    pattern,
  );
  return (await found.jsonValue()).text;
}

const commands = {
  size: ({ width, height }) => {
    const isPhone = width < 500;
    return page.setViewport({
      width,
      height,
      isMobile: isPhone,
      hasTouch: isPhone,
      deviceScaleFactor: isPhone ? 2 : 1,
    });
  },
  dark: ({ on }) =>
    page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: on ? "dark" : "light" }]),
  open: async ({ url }) => {
    await page.goto("about:blank");
    await page.goto(url);
  },
  reload: () => page.reload(),
  reopen: () => replace((old) => old.close()),
  crash: () => replace(crash),
  address: () => page.url(),
  click: ({ name }) => click(name),
  type: ({ selector, text }) => page.type(selector, text),
  waitFor: ({ selector, pattern }) => waitFor(selector, pattern),
  texts: ({ selector }) =>
    page.$$eval(selector, (elements) => elements.map((element) => element.textContent)),
  evaluate: ({ script }) => page.evaluate(script),
  screenshot: ({ path }) => page.screenshot({ path }),
  problems: () => problems,
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, do: name, ...parameters } = JSON.parse(line);
  try {
    const ok = (await commands[name](parameters)) ?? null;
    process.stdout.write(`${JSON.stringify({ id, ok: name === "screenshot" ? null : ok })}\n`);
  } catch (error) {
    const seen = await Promise.race([
      page.evaluate(() => document.body?.innerText).catch(() => ""),
      new Promise((resolve) => setTimeout(resolve, DEAF_AFTER_MS, "(it does not answer)")),
    ]);
    const told = `${name} ${JSON.stringify(parameters)}: ${error.message}\nThe page shows:\n${seen}\n${problems.join("\n")}`;
    process.stdout.write(`${JSON.stringify({ id, error: told })}\n`);
  }
}
await browser.close();
