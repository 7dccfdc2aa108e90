import { randomBytes, toBase64Url } from "../bytes.ts";
import { CloseCode } from "../protocol/frame.ts";
import type { MacMessage, Model, PhoneMessage } from "../protocol/messages.ts";
import { connect, type Step } from "./connect.ts";
import { Conversation } from "./conversation.ts";
import type { Database, PairedMac } from "./database.ts";
import { DeviceList } from "./deviceList.ts";
import { Household } from "./household.ts";
import type { Path } from "./peer.ts";
import { Problem, type ProblemCode } from "./problem.ts";
import type { Session } from "./session.ts";
import { readSettings } from "./settings.ts";
import { Signaling } from "./signaling.ts";
import { Tabs } from "./tabs.ts";
import { onWake } from "./wake.ts";

export type Link =
  | { readonly kind: "connecting"; readonly step: Step }
  | { readonly kind: "pairing"; readonly code: string }
  | { readonly kind: "live"; readonly path: Path | undefined; readonly roundTripMs: number | undefined }
  /** It tries again by itself. */
  | { readonly kind: "waiting"; readonly problem: ProblemCode }
  /** It waits for the person. */
  | { readonly kind: "stopped"; readonly problem: ProblemCode };

/** What a live session has come through. */
export type Change = "restarted" | "connected anew";

const PING_EVERY_MS = 5_000;
const PING_TIMEOUT_MS = 8_000;

/** After a page wakes, or when the network seems gone. */
const DOUBT_TIMEOUT_MS = 2_000;

/** An offer that could not leave costs nothing: the next try waits this long, and twice as long each time. */
const FIRST_PAUSE_MS = 100;

/** How long a new path is looked for before there is a new connection. */
const MOVE_MS = 12_000;

const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** A restart that fails so may succeed in a moment. */
const passing: readonly ProblemCode[] = ["front_door_unreachable", "mac_offline", "overloaded"];

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

/** One Mac, as this phone has it: a session while somebody looks, and one conversation over all sessions. */
export class Phone {
  link: Link = { kind: "connecting", step: "signaling" };
  models: readonly Model[] = [];
  mac: PairedMac;
  readonly devices = new DeviceList((message) => this.#session?.send(message));
  /** How the session outlived the last change of the network; undefined before the first. */
  change: Change | undefined;
  readonly #database: Database;
  readonly #signaling = new Signaling(location.origin);
  readonly #onChange: (phone: Phone) => void;
  readonly #tabs: Tabs;
  readonly #stopWatching: () => void;
  #conversation = new Conversation();
  #session: Session | undefined;
  #warmed: Session | undefined;
  #household: Household | undefined;
  #attempt = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #movedAgain: (() => void) | undefined;
  #wasLive = false;

  private constructor(database: Database, mac: PairedMac, onChange: (phone: Phone) => void) {
    this.#database = database;
    this.mac = mac;
    this.#onChange = onChange;
    this.#tabs = new Tabs(mac.deviceId, () => this.#stop("elsewhere"));
    this.#stopWatching = onWake(
      () => this.#woke(),
      () => void this.#save(),
      () => this.#moved(),
    );
  }

  static async start(database: Database, mac: PairedMac, onChange: (phone: Phone) => void): Promise<Phone> {
    const phone = new Phone(database, mac, onChange);
    phone.#conversation = new Conversation(await database.conversation(mac.deviceId));
    void phone.connect();
    return phone;
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  get isLive(): boolean {
    return this.#session !== undefined;
  }

  /** Connects, or connects anew. Any earlier attempt or session ends. */
  async connect(): Promise<void> {
    const attempt = ++this.#attempt;
    const isCurrent = () => attempt === this.#attempt;
    clearTimeout(this.#timer);
    const old = this.#session;
    this.#session = undefined;
    this.#tabs.claim();
    this.#show({ kind: "connecting", step: "signaling" });
    try {
      const { session, mac } = await connect(this.#database, this.#signaling, this.mac, {
        onStep: (step) => isCurrent() && this.#show({ kind: "connecting", step }),
        onCode: (code) => isCurrent() && this.#show({ kind: "pairing", code }),
      });
      old?.close(CloseCode.renew);
      if (isCurrent()) {
        this.mac = mac;
        this.change = this.#wasLive ? "connected anew" : undefined;
        this.#wasLive = true;
        this.#live(session);
      } else {
        session.close(CloseCode.normal);
      }
    } catch (error) {
      old?.close(CloseCode.renew);
      if (isCurrent()) {
        await this.#failed(error instanceof Problem ? error : new Problem("lost"));
      }
    }
  }

  ask(text: string): void {
    const { model } = readSettings();
    const chosen = this.models.some(({ name }) => name === model) ? model : "";
    this.#change((conversation) => conversation.ask(text, chosen));
    // A page may be gone the next moment: what was asked must not be.
    void this.#save();
  }

  askAgain(): void {
    const question = this.#conversation.takeBackLast();
    if (question !== undefined) {
      this.ask(question);
    }
  }

  stopAnswer(): void {
    this.#change((conversation) => conversation.stop());
  }

  startOver(): void {
    this.stopAnswer();
    this.#conversation = new Conversation();
    this.#change(() => []);
  }

  /** Ends everything and erases what this phone knows of the Mac. */
  async forget(): Promise<void> {
    this.leave();
    await this.#database.forgetMac(this.mac.deviceId);
  }

  leave(): void {
    this.#attempt++;
    clearTimeout(this.#timer);
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#stopWatching();
    this.#tabs.close();
    this.#session?.close(CloseCode.normal);
    this.#session = undefined;
  }

  #live(session: Session): void {
    this.#session = session;
    this.#failures = 0;
    this.#show({ kind: "live", path: undefined, roundTripMs: undefined });
    session.listen({
      onMessage: (message) => this.#receive(message),
      onEnd: (code) => this.#session === session && this.#ended(code),
      onDoubt: () => this.#session === session && this.#moved(),
    });
    if (this.#session === session) {
      session.send({ op: "models" });
      this.#meetHousehold();
      this.#sendAll(this.#conversation.resume());
      void this.#measure(session);
    }
  }

  /** Once for each time that the page is opened; a Mac that is alone names nobody. */
  #meetHousehold(): void {
    if (this.#household === undefined) {
      const send = (message: PhoneMessage) => this.#session?.send(message);
      this.#household = new Household(this.#database, this.mac, send);
      this.#household.ask();
    }
  }

  /** Path and round trip, again and again while the page is seen. */
  async #measure(session: Session): Promise<void> {
    const [roundTripMs, path] = await Promise.all([
      session.ping(PING_TIMEOUT_MS),
      session.peer.path().catch(() => undefined),
    ]);
    if (this.#session !== session) {
      return;
    }
    if ((roundTripMs === undefined && !document.hidden) || session.wantsRenewal) {
      void this.connect();
      return;
    }
    this.#show({ kind: "live", path, roundTripMs });
    clearTimeout(this.#timer);
    if (!document.hidden) {
      this.#timer = setTimeout(() => void this.#measure(session), PING_EVERY_MS);
    }
  }

  #receive(message: MacMessage): void {
    if (this.devices.receive(message)) {
      this.#onChange(this);
      return;
    }
    switch (message.op) {
      case "models":
        this.models = message.models;
        this.#warm();
        this.#onChange(this);
        return;
      case "restart":
        this.#moved();
        return;
      case "macs":
      case "vouched":
        this.#hearOfHousehold(message);
        return;
      case "error":
        if (message.code === "revoked") {
          this.#stop("revoked");
          return;
        }
        if (message.for === "macs" || message.for === "vouch") {
          this.#hearOfHousehold(message);
          return;
        }
        break;
      case "paired":
      case "paired_done":
        this.#session?.abort();
        return;
    }
    this.#change((conversation) => conversation.receive(message));
  }

  /** Without the other Macs this one serves as before. */
  #hearOfHousehold(message: MacMessage): void {
    void this.#household?.receive(message).catch(() => undefined);
  }

  /** While the question is being written, the model that it will go to comes into memory. */
  #warm(): void {
    const { model } = readSettings();
    const chosen = this.models.find(({ name }) => name === model);
    if (this.#session !== this.#warmed && chosen?.remote !== true && chosen?.loaded !== true) {
      this.#warmed = this.#session;
      const id = toBase64Url(randomBytes(16));
      this.#session?.send({ op: "load", id, ...(chosen === undefined ? {} : { model: chosen.name }) });
    }
  }

  #ended(closeCode: number | undefined): void {
    this.#session = undefined;
    clearTimeout(this.#timer);
    switch (closeCode) {
      case CloseCode.refused:
        return this.#stop("refused");
      case CloseCode.revoked:
        return this.#stop("revoked");
      case CloseCode.normal:
        // A newer session of this device took the place of this one.
        return this.#stop("elsewhere");
      case CloseCode.shutdown:
        return this.#retry(new Problem("shutdown"));
      default:
        return this.#retry(new Problem("lost"));
    }
  }

  async #failed(problem: Problem): Promise<void> {
    if (final.includes(problem.code)) {
      // The record may have got its lasting keys before the failure.
      this.mac = (await this.#database.mac(this.mac.deviceId)) ?? this.mac;
      this.#stop(problem.code);
    } else {
      this.#retry(problem);
    }
  }

  #retry(problem: Problem): void {
    this.#show({ kind: "waiting", problem: problem.code });
    if (document.hidden) {
      return;
    }
    const delay = retryDelaysMs[Math.min(this.#failures++, retryDelaysMs.length - 1)] ?? 0;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.connect(), Math.max(delay, problem.retryAfterMs ?? 0));
  }

  #stop(problem: ProblemCode): void {
    this.#attempt++;
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = undefined;
    session?.close(CloseCode.normal);
    this.#show({ kind: "stopped", problem });
  }

  #woke(): void {
    if (this.#session !== undefined) {
      void this.#doubt(this.#session);
    } else if (this.link.kind === "waiting") {
      this.#failures = 0;
      void this.connect();
    }
  }

  async #doubt(session: Session): Promise<void> {
    const roundTripMs = await session.ping(DOUBT_TIMEOUT_MS);
    if (this.#session !== session || document.hidden) {
      return;
    }
    if (roundTripMs === undefined) {
      this.#moved();
    } else {
      clearTimeout(this.#timer);
      await this.#measure(session);
    }
  }

  /** The network is, or may be, another one. */
  #moved(): void {
    if (this.#session === undefined) {
      this.#woke();
    } else if (this.#movedAgain === undefined) {
      void this.#move(this.#session);
    } else {
      this.#movedAgain();
    }
  }

  /** A new path for the session that lives, tried until the Mac answers over it; then a new connection. */
  async #move(session: Session): Promise<void> {
    const until = performance.now() + MOVE_MS;
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#session === session && performance.now() < until) {
      const again = new Promise<undefined>((resolve) => {
        this.#movedAgain = () => resolve(undefined);
      });
      const outcome = await Promise.race([restart(session, pauseMs), again]);
      pauseMs = outcome === undefined ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, DOUBT_TIMEOUT_MS);
      if (outcome === "useless") {
        break;
      }
      if (outcome === "restarted" && this.#session === session) {
        this.#movedAgain = undefined;
        this.change = outcome;
        clearTimeout(this.#timer);
        await this.#measure(session);
        return;
      }
    }
    this.#movedAgain = undefined;
    if (this.#session === session && !document.hidden) {
      await this.connect();
    }
  }

  #change(change: (conversation: Conversation) => PhoneMessage[]): void {
    this.#sendAll(change(this.#conversation));
    this.#onChange(this);
    this.#saving ??= setTimeout(() => void this.#save(), 300);
  }

  /** Without a session nothing is lost: what is open is resumed, or sent, by the next one. */
  #sendAll(messages: readonly PhoneMessage[]): void {
    for (const message of messages) {
      this.#session?.send(message);
    }
  }

  async #save(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    await this.#database
      .storeConversation(this.mac.deviceId, this.#conversation.turns)
      .catch(() => undefined);
  }

  #show(link: Link): void {
    this.link = link;
    this.#onChange(this);
  }
}

/** Restarts ICE and hears from the Mac over the new path, or says whether trying again is of use. */
async function restart(session: Session, pauseMs: number): Promise<"restarted" | "silent" | "useless"> {
  try {
    await session.peer.restart();
  } catch (error) {
    if (error instanceof Problem && !passing.includes(error.code)) {
      return "useless";
    }
    await session.ping(pauseMs);
    return "silent";
  }
  if ((await session.ping(DOUBT_TIMEOUT_MS)) === undefined) {
    return "silent";
  }
  session.peer.found();
  return "restarted";
}
