import { CloseCode } from "../protocol/frame.ts";

/** Why something did not work, as a code; `sentences.ts` has the words for people. */
export type ProblemCode =
  | "refused"
  | "mac_unknown"
  | "mac_required"
  | "mac_offline"
  | "overloaded"
  | "version"
  | "bad_request"
  | "front_door_unreachable"
  | "answer_forged"
  | "no_webrtc"
  | "no_path"
  | "udp_blocked"
  | "name_unresolved"
  | "relay_refused"
  | "relay_unreachable"
  | "handshake_failed"
  | "not_confirmed"
  | "storage"
  | "protocol"
  | "lost"
  | "revoked"
  | "elsewhere"
  | "shutdown";

/** What no other try mends by itself. */
const final: readonly ProblemCode[] = [
  "refused",
  "mac_unknown",
  "mac_required",
  "version",
  "bad_request",
  "answer_forged",
  "no_webrtc",
  "handshake_failed",
  "not_confirmed",
  "storage",
  "revoked",
  "elsewhere",
];

export function isFinal(code: ProblemCode): boolean {
  return final.includes(code);
}

export class Problem extends Error {
  readonly code: ProblemCode;
  /** The front door asked to wait this long, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ProblemCode, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What the Mac's close frame means to the phone; undefined is an end without one. */
export function problemOfClose(closeCode: number | undefined): Problem {
  switch (closeCode) {
    case CloseCode.refused:
      return new Problem("refused");
    case CloseCode.revoked:
      return new Problem("revoked");
    case CloseCode.normal:
      // A newer session of this device took the place of this one.
      return new Problem("elsewhere");
    case CloseCode.shutdown:
      return new Problem("shutdown");
    case CloseCode.protocol:
    case CloseCode.tooLarge:
      return new Problem("protocol");
    default:
      return new Problem("lost");
  }
}

/** Ends in `problem` when the promise takes longer. */
export async function within<T>(milliseconds: number, promise: Promise<T>, problem: ProblemCode): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem(problem)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
