import { type Bytes, equal, fromBase64Url, randomBytes, toBase64Url } from "../bytes.ts";
import {
  authenticateAnswer,
  authenticateIce,
  authenticateOffer,
  NONCE_LENGTH,
  VERSIONS,
} from "../protocol/offerAuthentication.ts";
import { checkSdp } from "../protocol/signaledSdp.ts";
import { Problem, type ProblemCode, within } from "./problem.ts";

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

/** There may be a way without servers: an offer waits for them no longer than this. */
const ICE_PATIENCE_MS = 2_000;

/** As long does the offer of a restart, which has servers already, or a way without. */
const RESTART_PATIENCE_MS = 500;

/** How long credentials live at most, and at least for our purposes; in between the front door says it. */
const LONGEST_LIFE_SECONDS = 600;
const SHORTEST_LIFE_SECONDS = 5;

/** From this part of their life on they are asked for again. */
const IS_OLD = 0.8;

/** From this part on they may end before they are used. */
const IS_OVER = 0.95;

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
    | {
        readonly deviceId: string;
        readonly servers: RTCIceServer[];
        readonly askedAt: number;
        readonly askedOn: number;
        readonly lifeMs: number;
      }
    | undefined;
  #asking:
    | { readonly to: Addressee; readonly since: number; readonly reply: Promise<RTCIceServer[] | undefined> }
    | undefined;

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

  /**
   * The front door's STUN and TURN servers; none if it is slow, because there may be a way without. What it says later
   * goes to `onLate`, and serves the next call.
   */
  async iceServers(to: Addressee, onLate?: (servers: RTCIceServer[]) => void): Promise<RTCIceServer[]> {
    const known = this.#known(to);
    if (known !== undefined && known.age < IS_OLD) {
      return known.servers;
    }
    const asked = this.#askOnce(to);
    try {
      return (await within(ICE_PATIENCE_MS, asked, "front_door_unreachable")) ?? [];
    } catch {
      void asked.then((servers) => servers !== undefined && onLate?.(servers));
      return [];
    }
  }

  /**
   * The servers for a restart: those that are known, which are asked for again beside when they are old. Only
   * credentials that have ended are worth a moment.
   */
  async iceServersAtHand(to: Addressee): Promise<RTCIceServer[]> {
    const known = this.#known(to);
    if (known !== undefined && known.age < IS_OLD) {
      return known.servers;
    }
    const asked = this.#askOnce(to);
    const servers = known?.servers ?? [];
    const isOver = (known?.age ?? Infinity) >= IS_OVER;
    if (known !== undefined && !(isOver && servers.some(({ credential }) => credential !== undefined))) {
      return servers;
    }
    const told = await within(RESTART_PATIENCE_MS, asked, "front_door_unreachable").catch(() => undefined);
    return told ?? servers;
  }

  /** What is known, and how much of its life is over. */
  #known(to: Addressee): { readonly servers: RTCIceServer[]; readonly age: number } | undefined {
    const known = this.#iceServers;
    if (known?.deviceId !== to.deviceId) {
      return undefined;
    }
    // The counter of a phone that sleeps may stand still, and a date may be set back: the longer time counts.
    const ageMs = Math.max(performance.now() - known.askedAt, Date.now() - known.askedOn);
    return { servers: known.servers, age: ageMs / known.lifeMs };
  }

  /** Whoever asks while the question is young waits for the same answer; an old one may be lost with its network. */
  #askOnce(to: Addressee): Promise<RTCIceServer[] | undefined> {
    const now = performance.now();
    const asking = this.#asking;
    if (asking?.to.offerKey === to.offerKey && now - asking.since < ICE_PATIENCE_MS) {
      return asking.reply;
    }
    const reply = this.#askForIceServers(to);
    const asked = { to, since: now, reply };
    this.#asking = asked;
    void reply.then(() => {
      if (this.#asking === asked) {
        this.#asking = undefined;
      }
    });
    return reply;
  }

  /** Undefined when there is no answer, which is no failure. */
  async #askForIceServers(to: Addressee): Promise<RTCIceServer[] | undefined> {
    const [askedAt, askedOn] = [performance.now(), Date.now()];
    try {
      const nonce = randomBytes(NONCE_LENGTH);
      const request = (ts: number) => ({
        ...envelope(to, ts, nonce),
        auth: toBase64Url(authenticateIce(to.offerKey, ts, nonce, VERSIONS)),
      });
      const { iceServers, ttl } = await this.#post("/signaling/ice", request);
      const servers = Array.isArray(iceServers) ? iceServers.flatMap(iceServer) : [];
      this.#iceServers = { deviceId: to.deviceId, servers, askedAt, askedOn, lifeMs: lifeMs(ttl) };
      return servers;
    } catch {
      return undefined;
    }
  }

  async #post(path: string, body: (ts: number) => object): Promise<Record<string, unknown>> {
    const ourSeconds = () => Math.floor(Date.now() / 1000);
    const seconds = ourSeconds() + this.#clockOffsetSeconds;
    let reply = await this.#send(path, body(seconds));
    const told = "status" in reply && reply.code === "refused" ? reply.now : undefined;
    // Against what this request said: the offset may by now be another one's, refused at the same moment.
    if (isTime(told) && Math.abs(told - seconds) > CLOCK_TOLERANCE_SECONDS) {
      const offset = told - ourSeconds();
      reply = await this.#send(path, body(ourSeconds() + offset));
      // The refusal may have had another reason, and the clock that it tells may be wrong itself.
      if (!("status" in reply)) {
        this.#clockOffsetSeconds = offset;
      }
    }
    if (!("status" in reply)) {
      return reply.body;
    }
    throw new Problem(problemOf(reply), reply.retryAfterMs);
  }

  async #send(path: string, body: object): Promise<{ body: Record<string, unknown> } | Rejection> {
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
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      // A rejection may be a proxy's page; an answer that broke off is no answer.
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

/** Throws when an answer is no JSON object: it is another's, as a hotel's sign-in page is, or a part of one. */
function readBody(text: string, isAnswer: boolean): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) {
      throw new SyntaxError();
    }
    return value as Record<string, unknown>;
  } catch (error) {
    if (isAnswer) {
      throw error;
    }
    return {};
  }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
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

/** Only the front door's own word is final: a proxy on the way has the same statuses, and may be gone in a moment. */
function problemOf({ status, code }: Rejection): ProblemCode {
  switch (code) {
    case "refused":
    case "mac_unknown":
    case "mac_required":
    case "mac_offline":
    case "version":
    case "bad_request":
      return code;
    default:
      return status === 429 || status >= 500 ? "overloaded" : "front_door_unreachable";
  }
}

function lifeMs(ttl: unknown): number {
  const seconds = typeof ttl === "number" ? ttl : LONGEST_LIFE_SECONDS;
  return 1000 * Math.min(Math.max(seconds, SHORTEST_LIFE_SECONDS), LONGEST_LIFE_SECONDS);
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
