import puppeteer from "puppeteer-core";

/** A Chromium that stays to itself: nothing in the background, direct connections also over loopback. */
export function launch(executablePath, ...more) {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--allow-loopback-in-peer-connection",
    ...more,
  ];
  return puppeteer.launch({ executablePath, headless: true, args });
}
