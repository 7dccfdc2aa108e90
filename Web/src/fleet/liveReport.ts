import type { Report } from "./report.ts";

export type FeedState = "connecting" | "live" | "waiting" | "refused";

// Ours: a front door that starts anew is back within a few of these.
const AGAIN_AFTER_MS = 3_000;

/**
 * Follows the household until it is closed. A browser tries a stream that was cut off again by itself, but never one
 * whose answer was no stream, such as a proxy's 502 while the front door starts: that one is begun anew, unless the
 * front door refuses the token.
 */
export class LiveReport {
  readonly #onReport: (report: Report) => void;
  readonly #onState: (state: FeedState) => void;
  #events: EventSource | undefined;
  #asked: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onReport: (report: Report) => void, onState: (state: FeedState) => void) {
    this.#onReport = onReport;
    this.#onState = onState;
    this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#events?.close();
  }

  #open(): void {
    this.#asked?.abort();
    const events = new EventSource("/api/macs/events");
    this.#events = events;
    events.onopen = () => this.#onState("live");
    events.onmessage = (event: MessageEvent<string>) => this.#onReport(JSON.parse(event.data) as Report);
    events.onerror = () => {
      this.#onState("waiting");
      if (events.readyState === EventSource.CLOSED) {
        this.#timer = setTimeout(() => this.#open(), AGAIN_AFTER_MS);
        void this.#askWhy();
      }
    };
  }

  /** A stream does not tell with which status it was refused. */
  async #askWhy(): Promise<void> {
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const { status } = await fetch("/api/macs", { signal: asked.signal });
      if (!asked.signal.aborted && status === 401) {
        this.close();
        this.#onState("refused");
      }
    } catch {
      // Nobody answers either: the next try is due anyway.
    }
  }
}
