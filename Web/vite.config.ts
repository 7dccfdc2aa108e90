import { defineConfig } from "vite";

// The front door serves index.html at /p, fleet.html at /fleet and everything else below /p/assets/. Nothing is
// inlined, because the pages' content security policy allows scripts, styles and images of their own origin only.
export default defineConfig({
  base: "/p/",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 200,
    rolldownOptions: { input: ["index.html", "fleet.html"] },
  },
});
