const TICK_MS = 5_000;

/**
 * Phones freeze pages without a word. Calls back when the page is seen again, comes out of the cache, gets
 * its network back or another one, or when time has jumped; and when it is about to be hidden. Returns a function that
 * stops it.
 */
export function onWake(woke: () => void, hiding: () => void, moved: () => void): () => void {
  const { connection } = navigator as Navigator & { connection?: EventTarget & { readonly type?: string } };
  // Every other field is an estimate of its speed, and each new one is an event; a desktop has no type at all.
  let type = connection?.type;
  const changed = () => {
    if (connection?.type !== type) {
      type = connection?.type;
      moved();
    }
  };
  connection?.addEventListener("change", changed);
  const seen = () => (document.hidden ? hiding() : woke());
  const shown = (event: PageTransitionEvent) => event.persisted && woke();
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pageshow", shown);
  window.addEventListener("pagehide", hiding);
  window.addEventListener("online", moved);
  let last = Date.now();
  const ticks = setInterval(() => {
    const now = Date.now();
    if (now - last > 2 * TICK_MS && !document.hidden) {
      woke();
    }
    last = now;
  }, TICK_MS);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("pageshow", shown);
    window.removeEventListener("pagehide", hiding);
    window.removeEventListener("online", moved);
    connection?.removeEventListener("change", changed);
    clearInterval(ticks);
  };
}
