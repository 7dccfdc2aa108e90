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
