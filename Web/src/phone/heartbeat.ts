import type { Session } from "./session.ts";

/** So long after its last word the Mac is asked for one: while an answer is under way, and otherwise. */
const ANSWERING_PULSE_MS = 1_000;
const RESTING_PULSE_MS = 1_500;

const SHORTEST_WAIT_MS = 100;

/** A timer that comes so much too late was stopped with its page, and so was what the Mac said meanwhile. */
const LATE_MS = 1_000;

export interface HeartbeatEvents {
  /** Whether the page is seen, and this session the one that it uses: otherwise nothing is sent. */
  isSeen(): boolean;
  /** Whether an answer is under way. */
  isAnswering(): boolean;
  /** The Mac owes a word for longer than it should; again and again while that is so. */
  onSilence(): void;
}

/** Notices that the Mac is silent, until the session ends. Nothing is sent while the Mac is heard anyway. */
export class Heartbeat {
  readonly #session: Session;
  readonly #events: HeartbeatEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** As the last beat found them. */
  #goneBytes = 0;
  #wasSending = false;

  constructor(session: Session, events: HeartbeatEvents) {
    this.#session = session;
    this.#events = events;
    this.#beatIn(this.#pulseMs);
  }

  /** The page is seen again: whether the Mac is there is asked anew. The way to it is as long as before. */
  wake(): void {
    this.#session.excuse();
    clearTimeout(this.#timer);
    this.#beatIn(SHORTEST_WAIT_MS);
  }

  get #pulseMs(): number {
    return this.#events.isAnswering() ? ANSWERING_PULSE_MS : RESTING_PULSE_MS;
  }

  #beatIn(waitMs: number): void {
    const dueAt = performance.now() + waitMs;
    this.#timer = setTimeout(() => this.#beat(dueAt), waitMs);
  }

  #beat(dueAt: number): void {
    const session = this.#session;
    if (!session.isOpen) {
      return;
    }
    const isSeen = this.#events.isSeen();
    const isProgress = this.#makesProgress();
    // A page that nobody sees has late timers without standing still.
    if (!isSeen || isProgress) {
      session.excuse();
    } else if (performance.now() - dueAt > LATE_MS) {
      session.forgive();
    }
    let waitMs = this.#pulseMs;
    if (isSeen) {
      const { silentMs, patienceMs, quietMs, isSending } = session;
      if (silentMs >= patienceMs) {
        this.#events.onSilence();
      } else if (silentMs > 0) {
        waitMs = Math.min(waitMs, patienceMs - silentMs);
      } else if (quietMs < waitMs) {
        waitMs -= quietMs;
      } else if (isSending) {
        session.expect();
      } else {
        void session.ping(patienceMs);
      }
    }
    this.#beatIn(Math.max(waitMs, SHORTEST_WAIT_MS));
  }

  /** Whether of what waited at the last beat something is gone. A ping that leaves at once shows nothing. */
  #makesProgress(): boolean {
    const { goneBytes, isSending } = this.#session;
    const isProgress = this.#wasSending && goneBytes > this.#goneBytes;
    this.#goneBytes = goneBytes;
    this.#wasSending = isSending;
    return isProgress;
  }
}
