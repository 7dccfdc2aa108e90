import { type Bytes, equal, fromBase64Url, randomBytes, toBase64Url } from "../bytes.ts";
import {
  authenticateAnswer,
  authenticateIce,
  authenticateOffer,
  NONCE_LENGTH,
  VERSIONS,
} from "../protocol/offerAuthentication.ts";
import { checkSdp } from "../protocol/signaledSdp.ts";
import { Problem, type ProblemCode } from "./problem.ts";

/** Whom an offer is for, and the key that proves that this phone may make one. */
export interface Addressee {
  readonly macId: string;
  readonly deviceId: string;
  readonly offerKey: Bytes;
}

/** An answer that the Mac authenticated, and what of it goes into the prologue. */
export interface SignaledAnswer {
  readonly sdp: string;
  readonly fingerprint: Bytes;
  readonly offerNonce: Bytes;
  readonly answerNonce: Bytes;
  readonly version: number;
}

/** A phone whose clock is off by more than this retries once with the Mac's time. */
const CLOCK_TOLERANCE_SECONDS = 240;
const REQUEST_TIMEOUT_MS = 10_000;
const ICE_TIMEOUT_MS = 2_000;

/** Credentials live at most ten minutes; they are asked for again a little earlier. */
const ICE_REUSE_MS = 8 * 60_000;

interface Rejection {
  readonly status: number;
  readonly code: unknown;
  readonly now: unknown;
  readonly retryAfterMs: number | undefined;
}

/** The front door's two requests. It can refuse to deliver, but not forge what is authenticated here. */
export class Signaling {
  readonly #origin: string;
  #clockOffsetSeconds = 0;
  #iceServers:
    { readonly deviceId: string; readonly servers: RTCIceServer[]; readonly until: number } | undefined;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async offer(to: Addressee, sdp: string): Promise<SignaledAnswer> {
    if (checkSdp(sdp).problem !== undefined) {
      throw new Problem("no_webrtc");
    }
    const nonce = randomBytes(NONCE_LENGTH);
    const answer = await this.#post("/signaling/offer", (ts) => ({
      ...envelope(to, ts, nonce),
      sdp,
      auth: toBase64Url(authenticateOffer(to.offerKey, ts, nonce, VERSIONS, sdp)),
    }));
    return verify(to.offerKey, nonce, answer);
  }

  /** The front door's STUN and TURN servers; none if it is slow, because there may be a way without. */
  async iceServers(to: Addressee): Promise<RTCIceServer[]> {
    const known = this.#iceServers;
    if (known !== undefined && known.deviceId === to.deviceId && performance.now() < known.until) {
      return known.servers;
    }
    try {
      const nonce = randomBytes(NONCE_LENGTH);
      const request = (ts: number) => ({
        ...envelope(to, ts, nonce),
        auth: toBase64Url(authenticateIce(to.offerKey, ts, nonce, VERSIONS)),
      });
      const { iceServers } = await this.#post("/signaling/ice", request, ICE_TIMEOUT_MS);
      const servers = Array.isArray(iceServers) ? iceServers.flatMap(iceServer) : [];
      this.#iceServers = { deviceId: to.deviceId, servers, until: performance.now() + ICE_REUSE_MS };
      return servers;
    } catch {
      return [];
    }
  }

  async #post(
    path: string,
    body: (ts: number) => object,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Record<string, unknown>> {
    const ourSeconds = () => Math.floor(Date.now() / 1000);
    let reply = await this.#send(path, body(ourSeconds() + this.#clockOffsetSeconds), timeoutMs);
    const macSeconds = "status" in reply && reply.status === 403 ? reply.now : undefined;
    if (typeof macSeconds === "number") {
      const offset = macSeconds - ourSeconds();
      if (Math.abs(offset - this.#clockOffsetSeconds) > CLOCK_TOLERANCE_SECONDS) {
        this.#clockOffsetSeconds = offset;
        reply = await this.#send(path, body(ourSeconds() + offset), timeoutMs);
      }
    }
    if (!("status" in reply)) {
      return reply.body;
    }
    throw new Problem(problemOf(reply), reply.retryAfterMs);
  }

  async #send(
    path: string,
    body: object,
    timeoutMs: number,
  ): Promise<{ body: Record<string, unknown> } | Rejection> {
    let response: Response;
    let json: Record<string, unknown>;
    try {
      response = await fetch(this.#origin + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      // A rejection says enough by its status; an answer that broke off is no answer.
      json = readBody(await response.text(), response.ok);
    } catch {
      throw new Problem("front_door_unreachable");
    }
    if (response.ok) {
      return { body: json };
    }
    const seconds = Number(response.headers.get("retry-after") ?? NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
    return { status: response.status, code: json["code"], now: json["now"], retryAfterMs };
  }
}

/** Throws when an answer is not JSON: it is another's, as a hotel's sign-in page is, or a part of one. */
function readBody(text: string, isAnswer: boolean): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (isAnswer) {
      throw error;
    }
    return {};
  }
}

function envelope(to: Addressee, ts: number, nonce: Bytes) {
  return { v: 1, mac: to.macId, device: to.deviceId, ts, nonce: toBase64Url(nonce), versions: VERSIONS };
}

function verify(offerKey: Bytes, offerNonce: Bytes, answer: Record<string, unknown>): SignaledAnswer {
  const { sdp, version } = answer;
  const answerNonce = fromBase64Url(String(answer["nonce"]), NONCE_LENGTH);
  const auth = fromBase64Url(String(answer["auth"]), 16);
  const named = typeof sdp === "string" && typeof version === "number" && VERSIONS.includes(version);
  if (!named || answerNonce === undefined || auth === undefined) {
    throw new Problem("answer_forged");
  }
  const { fingerprint } = checkSdp(sdp);
  const authentic = equal(auth, authenticateAnswer(offerKey, offerNonce, answerNonce, version, sdp));
  if (!authentic || fingerprint === undefined) {
    throw new Problem("answer_forged");
  }
  return { sdp, fingerprint, offerNonce, answerNonce, version };
}

function problemOf({ status, code }: Rejection): ProblemCode {
  if (code === "version" || code === "mac_required" || code === "mac_unknown" || code === "mac_offline") {
    return code;
  }
  switch (status) {
    case 403:
      return "refused";
    case 404:
      return "mac_unknown";
    case 429:
      return "overloaded";
    default:
      return status >= 500 ? "overloaded" : "bad_request";
  }
}

function iceServer(value: unknown): RTCIceServer[] {
  const { urls, username, credential } = (value ?? {}) as Record<string, unknown>;
  const list = (Array.isArray(urls) ? urls : [urls]).filter((url) => typeof url === "string");
  if (list.length === 0) {
    return [];
  }
  const login =
    typeof username === "string" && typeof credential === "string" ? { username, credential } : {};
  return [{ urls: list, ...login }];
}
