import type { Problem } from "./problem.ts";

/** After a change of the network an attempt to connect has this long in all, and each one after it twice as long. */
const YOUNG_MS = 5_000;

const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** When the next attempt to connect is due. */
export class Pace {
  #begunAt = 0;
  #youngMs = YOUNG_MS;
  #failures = 0;

  /** An attempt begins. */
  begin(): void {
    this.#begunAt = performance.now();
  }

  /** An attempt led to a session. */
  succeed(): void {
    this.#failures = 0;
    this.#youngMs = YOUNG_MS;
  }

  /** An attempt came to its own end. */
  fail(): void {
    this.#youngMs = YOUNG_MS;
  }

  /** Somebody looks, or the network is another one: what failed before says nothing. */
  takeHeart(): void {
    this.#failures = 0;
  }

  /** How long to wait after a failure; longer each time, and as long as the front door asks for. */
  delayMs(problem: Problem): number {
    const delay = retryDelaysMs[Math.min(this.#failures++, retryDelaysMs.length - 1)] ?? 0;
    return Math.max(delay, problem.retryAfterMs ?? 0);
  }

  /** How long the attempt under way, begun in a network that is gone, may still take. */
  get leftMs(): number {
    return Math.max(0, this.#begunAt + this.#youngMs - performance.now());
  }

  /** The attempt under way is given up for its age; the next one may be older. */
  giveUp(): void {
    this.#youngMs *= 2;
  }
}
