import { Heartbeat, type HeartbeatEvents } from "./heartbeat.ts";
import type { ProblemCode } from "./problem.ts";
import { DOUBT_TIMEOUT_MS, restart } from "./restart.ts";
import type { Session } from "./session.ts";

/** An offer that could not leave costs nothing: the next try waits this long, and twice as long each time. */
const FIRST_PAUSE_MS = 100;

/**
 * How long a new path is looked for in one network, from the first offer that may have come through, before there is a
 * new connection.
 */
const MOVE_MS = 12_000;

/** While no offer comes through a new connection has no chance either; the Mac keeps the session so long (RFC 7675). */
const CONSENT_MS = 30_000;

export interface PathEvents extends HeartbeatEvents {
  /**
   * The Mac is silent and this is what the front door says: the search goes on. Undefined: it is heard again over the
   * former path.
   */
  onTrouble(problem: ProblemCode | undefined): void;
}

/** Keeps the path of one session. Each session has its own: what the last one still waits for holds up nobody. */
export class PathKeeper {
  /** How many searches are over. */
  moves = 0;
  readonly #session: Session;
  readonly #events: PathEvents;
  readonly #heartbeat: Heartbeat;
  #again: (() => void) | undefined;
  #isTold = false;

  constructor(session: Session, events: PathEvents) {
    this.#session = session;
    this.#events = events;
    this.#heartbeat = new Heartbeat(session, events);
  }

  get isMoving(): boolean {
    return this.#again !== undefined;
  }

  /** The network is another one again: what is under way began in one that is gone. */
  beginAgain(): void {
    this.#again?.();
  }

  /** The page is seen again, and its session may have died meanwhile. */
  wake(): void {
    this.#heartbeat.wake();
  }

  /**
   * Looks for a new path until the Mac answers over it, as long as the session is wanted. The former path may be alive
   * while no offer can leave; when neither is so, the session is lost.
   */
  async move(isWanted: () => boolean): Promise<"restarted" | "alive" | "lost"> {
    let began = performance.now();
    let limitMs = MOVE_MS;
    let pauseMs = FIRST_PAUSE_MS;
    // On a slow machine an answer and its path take long: who is late gets twice the time.
    let patienceMs = DOUBT_TIMEOUT_MS;
    let isAlive = false;
    let isOffered = false;
    this.#isTold = false;
    try {
      while (isWanted() && performance.now() < began + limitMs) {
        const again = new Promise<"again">((resolve) => {
          this.#again = () => resolve("again");
        });
        const triedAt = performance.now();
        const left = Math.max(DOUBT_TIMEOUT_MS, began + limitMs - triedAt);
        const tried = restart(this.#session, pauseMs, Math.min(patienceMs, left), (problem) => this.#tell(problem));
        const outcome = await Promise.race([tried, again]);
        isAlive = outcome === "alive";
        limitMs = outcome === "unsent" ? CONSENT_MS : MOVE_MS;
        if (isAlive) {
          this.#takeBack();
        }
        switch (outcome) {
          case "restarted":
            this.#session.peer.found();
            return outcome;
          case "useless":
            return "lost";
          case "late":
            // While no offer came through there was no path to look for.
            began = isOffered ? began : triedAt;
            isOffered = true;
            patienceMs *= 2;
            break;
          case "again":
            began = performance.now();
            isOffered = false;
            pauseMs = FIRST_PAUSE_MS;
            patienceMs = DOUBT_TIMEOUT_MS;
            break;
          default:
            pauseMs = Math.min(pauseMs * 2, DOUBT_TIMEOUT_MS);
        }
      }
      return isAlive ? "alive" : "lost";
    } finally {
      this.#again = undefined;
      this.moves++;
    }
  }

  /** A front door that has lost the Mac says nothing of a path that works. */
  #tell(problem: ProblemCode): void {
    if (this.isMoving && this.#session.isSilent) {
      this.#isTold = true;
      this.#events.onTrouble(problem);
    }
  }

  #takeBack(): void {
    if (this.#isTold) {
      this.#isTold = false;
      this.#events.onTrouble(undefined);
    }
  }
}
