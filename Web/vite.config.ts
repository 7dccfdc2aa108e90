import { defineConfig } from "vite";

// The front door serves index.html at /p and everything else below /p/assets/. Nothing is inlined, because the
// page's content security policy allows scripts, styles and images of its own origin only.
export default defineConfig({
  base: "/p/",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 200,
  },
});
