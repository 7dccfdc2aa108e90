import { Problem, type ProblemCode } from "./problem.ts";
import type { Session } from "./session.ts";

/** How long the first try of a restart waits for an answer, and then for a word of the Mac. */
export const DOUBT_TIMEOUT_MS = 2_000;

/** A restart that fails so may succeed in a moment. */
const passing: readonly ProblemCode[] = ["front_door_unreachable", "mac_offline", "overloaded"];

/**
 * `late`: no answer, or no word from the Mac, in time. `unsent`: the offer did not come through; `alive`: nor did it,
 * and the Mac is heard all the same.
 */
export type Outcome = "restarted" | "late" | "unsent" | "alive" | "useless";

/**
 * Restarts ICE and hears from the Mac over the new path, or says what came of it; after `pauseMs`, if unsent. Why an
 * offer did not come through goes to `onUnsent`; that the Mac is away also when it is told late.
 */
export async function restart(
  session: Session,
  pauseMs: number,
  patienceMs: number,
  onUnsent: (problem: ProblemCode) => void,
): Promise<Outcome> {
  const sent = await offer(session, patienceMs, onUnsent);
  switch (sent) {
    case "answered":
      return (await session.ping(patienceMs)) === undefined ? "late" : "restarted";
    case "unsent": {
      const [heard] = await Promise.all([session.ping(pauseMs), pause(pauseMs)]);
      return heard === undefined ? "unsent" : "alive";
    }
    default:
      return sent;
  }
}

/** A request may be lost with the network that it left by; the next one goes over a new connection. */
async function offer(
  session: Session,
  patienceMs: number,
  onUnsent: (problem: ProblemCode) => void,
): Promise<"answered" | "late" | "unsent" | "useless"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve("late");
    }, patienceMs);
  });
  const sent = session.peer.restart().then(
    () => "answered" as const,
    (error: unknown) => {
      if (!(error instanceof Problem)) {
        return "unsent" as const;
      }
      if (!passing.includes(error.code)) {
        return "useless" as const;
      }
      // Of what else comes late a later offer knows better.
      if (!isLate || error.code === "mac_offline") {
        onUnsent(error.code);
      }
      return "unsent" as const;
    },
  );
  try {
    return await Promise.race([sent, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
