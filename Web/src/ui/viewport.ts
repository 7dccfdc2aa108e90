/** Keyboards cover the layout viewport on some phones: the page takes the height that is really seen. */
export function followViewport(): void {
  const viewport = window.visualViewport;
  if (viewport === null) {
    return;
  }
  const fit = () => {
    document.documentElement.style.setProperty("--height", `${viewport.height}px`);
    document.documentElement.style.setProperty("--top", `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  fit();
}
