import { DOUBT_TIMEOUT_MS, restart } from "./restart.ts";
import type { Session } from "./session.ts";

/** An offer that could not leave costs nothing: the next try waits this long, and twice as long each time. */
const FIRST_PAUSE_MS = 100;

/** How long a new path is looked for in one network before there is a new connection. */
const MOVE_MS = 12_000;

/** Keeps the path of one session. Each session has its own: what the last one still waits for holds up nobody. */
export class PathKeeper {
  /** How many searches are over. */
  moves = 0;
  readonly #session: Session;
  #again: (() => void) | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  get isMoving(): boolean {
    return this.#again !== undefined;
  }

  /** The network is another one again: what is under way began in one that is gone. */
  beginAgain(): void {
    this.#again?.();
  }

  /**
   * Looks for a new path until the Mac answers over it, as long as the session is wanted. The former path may be alive
   * while no offer can leave; when neither is so, the session is lost.
   */
  async move(isWanted: () => boolean): Promise<"restarted" | "alive" | "lost"> {
    let until = performance.now() + MOVE_MS;
    let pauseMs = FIRST_PAUSE_MS;
    // On a slow machine an answer and its path take long: who is late gets twice the time.
    let patienceMs = DOUBT_TIMEOUT_MS;
    let isAlive = false;
    try {
      while (isWanted() && performance.now() < until) {
        const again = new Promise<"again">((resolve) => {
          this.#again = () => resolve("again");
        });
        const left = Math.max(DOUBT_TIMEOUT_MS, until - performance.now());
        const tried = restart(this.#session, pauseMs, Math.min(patienceMs, left));
        const outcome = await Promise.race([tried, again]);
        isAlive = outcome === "alive";
        switch (outcome) {
          case "restarted":
            this.#session.peer.found();
            return outcome;
          case "useless":
            return "lost";
          case "late":
            patienceMs *= 2;
            break;
          case "again":
            until = performance.now() + MOVE_MS;
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
}
