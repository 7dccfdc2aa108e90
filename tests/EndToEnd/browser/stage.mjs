// What the page's tests stand on: the built page behind a small front door, a Mac in one tab, the phone in another.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "./launch.mjs";

const web = fileURLToPath(new URL("../../../Web/", import.meta.url));
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'";

export async function openStage(chromium) {
  const folder = mkdtempSync(join(tmpdir(), "quicpair-page-"));
  await build(folder);
  const browser = await launch(chromium, "--host-resolver-rules=MAP studio.local 127.0.0.1");
  const macPage = await browser.newPage();
  /** What the front door says in place of passing an offer on. */
  const door = { rejection: undefined };
  const contexts = [];
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      const { status, body } = await signal(macPage, door, request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      return;
    }
    const file = join(folder, request.url === "/p" ? "index.html" : request.url.replace(/^\/p/, ""));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = `${types[extname(file)]}; charset=utf-8`;
    response
      .writeHead(200, { "content-type": type, "content-security-policy": policy })
      .end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await macPage.goto(`http://localhost:${port}/mac.html`);
  return {
    door,
    origin: (host) => `http://${host}:${port}`,
    /** Runs `act` on the Mac. */
    mac: (act, ...parameters) => macPage.evaluate(act, ...parameters),
    /** Waits until `has` is so on the Mac. */
    macComesTo: (has, ...parameters) =>
      macPage.waitForFunction(has, { timeout: 60_000, polling: 20 }, ...parameters),
    /** A new Mac and no phone, whatever the test before has left. */
    reset: async () => {
      door.rejection = undefined;
      await Promise.all(contexts.splice(0).map((context) => context.close().catch(() => undefined)));
      await macPage.reload();
    },
    /** A phone that knows nothing yet. */
    newPhone: async () => {
      const context = await browser.createBrowserContext();
      contexts.push(context);
      const page = await context.newPage();
      await page.setViewport({
        width: 390,
        height: 844,
        isMobile: true,
        hasTouch: true,
        deviceScaleFactor: 2,
      });
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function build(folder) {
  const vite = await import(
    pathToFileURL(join(web, "node_modules", "vite", "dist", "node", "index.js")).href
  );
  await vite.build({ root: web, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const here = fileURLToPath(new URL(".", import.meta.url));
  await vite.build({
    configFile: false,
    root: here,
    logLevel: "error",
    resolve: { alias: { "@noble": join(web, "node_modules", "@noble") } },
    build: {
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { input: join(here, "mac.html"), output: { entryFileNames: "mac.js" } },
    },
  });
}

async function signal(macPage, door, request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  if (request.url !== "/signaling/offer") {
    return { status: 200, body: { v: 1, iceServers: [] } };
  }
  const offer = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  return door.rejection ?? (await macPage.evaluate((value) => globalThis.mac.offer(value), offer));
}
