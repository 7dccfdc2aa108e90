/** A page that is not shown has no frames; who comes back to it finds it up to date. */
const WITHOUT_FRAME_MS = 100;

/**
 * Draws once with the next frame, however often it is asked before it: words come faster than a long answer is laid
 * out, and what is drawn between two frames nobody sees.
 */
export function byFrame(draw: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) {
      return;
    }
    isAsked = true;
    const now = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      isAsked = false;
      draw();
    };
    const frame = requestAnimationFrame(now);
    const timer = setTimeout(now, WITHOUT_FRAME_MS);
  };
}
