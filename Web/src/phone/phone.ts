import { CloseCode } from "../protocol/frame.ts";
import type { MacMessage, Model, PhoneMessage } from "../protocol/messages.ts";
import { connect, type Step } from "./connect.ts";
import type { Conversation } from "./conversation.ts";
import type { Database, PairedMac } from "./database.ts";
import { DeviceList } from "./deviceList.ts";
import { Household } from "./household.ts";
import type { Change, Link } from "./linkState.ts";
import { Pace } from "./pace.ts";
import { PathKeeper } from "./pathKeeper.ts";
import { isFinal, Problem, type ProblemCode, problemOfClose } from "./problem.ts";
import { SavedConversation } from "./savedConversation.ts";
import type { Session } from "./session.ts";
import { readSettings } from "./settings.ts";
import { Signaling } from "./signaling.ts";
import { Tabs } from "./tabs.ts";
import { onWake } from "./wake.ts";
import { warmStart } from "./warmStart.ts";

const PING_EVERY_MS = 5_000;
const PING_TIMEOUT_MS = 8_000;

/** One Mac, as this phone has it: a session while somebody looks, and one conversation over all sessions. */
export class Phone {
  link: Link = { kind: "connecting", step: "signaling" };
  models: readonly Model[] = [];
  mac: PairedMac;
  readonly devices = new DeviceList((message) => this.#session?.send(message));
  /** How the session outlived the last change of the network; undefined before the first. */
  change: Change | undefined;
  /** Whether the Mac was away when it was asked last, also while it is asked again. */
  isMacAway = false;
  readonly #database: Database;
  readonly #signaling = new Signaling(location.origin);
  readonly #onChange: (phone: Phone) => void;
  readonly #tabs: Tabs;
  readonly #stopWatching: () => void;
  readonly #saved: SavedConversation;
  readonly #pace = new Pace();
  #session: Session | undefined;
  #keeper: PathKeeper | undefined;
  #warmed: Session | undefined;
  #household: Household | undefined;
  #attempt = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    database: Database,
    mac: PairedMac,
    saved: SavedConversation,
    onChange: (phone: Phone) => void,
  ) {
    this.#database = database;
    this.mac = mac;
    this.#saved = saved;
    this.#onChange = onChange;
    this.#tabs = new Tabs(mac.deviceId, () => this.#stop("elsewhere"));
    this.#stopWatching = onWake(
      () => this.#woke(),
      () => void this.#saved.save(),
      () => this.#moved(),
    );
  }

  static async start(database: Database, mac: PairedMac, onChange: (phone: Phone) => void): Promise<Phone> {
    const phone = new Phone(database, mac, await SavedConversation.read(database, mac.deviceId), onChange);
    void phone.connect();
    return phone;
  }

  get conversation(): Conversation {
    return this.#saved.current;
  }

  /** Whether the Mac is heard, as far as is known. */
  get isLive(): boolean {
    return this.link.kind === "live";
  }

  /** Connects, or connects anew. Any earlier attempt or session ends; `spare` goes on if there is no next one. */
  async connect(spare?: Session): Promise<void> {
    this.#attempt.abort();
    const { signal } = (this.#attempt = new AbortController());
    const isCurrent = () => !signal.aborted;
    this.#pace.begin();
    clearTimeout(this.#timer);
    const old = this.#session;
    this.#session = undefined;
    this.#tabs.claim();
    this.#show({ kind: "connecting", step: "signaling" });
    try {
      const events = {
        onStep: (step: Step) => isCurrent() && this.#show({ kind: "connecting", step }),
        onCode: (code: string) => isCurrent() && this.#show({ kind: "pairing", code }),
      };
      const { session, mac } = await connect(this.#database, this.#signaling, this.mac, events, signal);
      old?.close(CloseCode.renew);
      if (isCurrent()) {
        // The attempt is over: what gives up the next one leaves this session alone.
        this.#attempt = new AbortController();
        this.mac = mac;
        this.change = this.#keeper === undefined ? undefined : "connected anew";
        this.#live(session);
      } else {
        session.close(CloseCode.normal);
      }
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem("lost");
      if (isCurrent() && spare?.isOpen === true && spare === old && !isFinal(problem.code)) {
        this.#goOn(spare);
        return;
      }
      old?.close(CloseCode.renew);
      if (isCurrent()) {
        await this.#failed(problem);
      }
    }
  }

  ask(text: string): void {
    const { model } = readSettings();
    const chosen = this.models.some(({ name }) => name === model) ? model : "";
    this.#change((conversation) => conversation.ask(text, chosen));
    // A page may be gone the next moment: what was asked must not be.
    void this.#saved.save();
  }

  askAgain(): void {
    const question = this.#saved.current.takeBackLast();
    if (question !== undefined) {
      this.ask(question);
    }
  }

  stopAnswer(): void {
    this.#change((conversation) => conversation.stop());
  }

  startOver(): void {
    this.#change((conversation) => conversation.startOver());
  }

  /** Ends everything and erases what this phone knows of the Mac. */
  async forget(): Promise<void> {
    this.leave();
    await this.#database.forgetMac(this.mac.deviceId);
  }

  leave(): void {
    this.#attempt.abort();
    clearTimeout(this.#timer);
    this.#saved.drop();
    this.#stopWatching();
    this.#tabs.close();
    this.#part();
  }

  /** Ends the session; it is nobody's before, so that its end is no loss to be made good. */
  #part(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.close(CloseCode.normal);
  }

  #live(session: Session): void {
    this.#session = session;
    this.#keeper = new PathKeeper(session, {
      isSeen: () => this.#session === session && !document.hidden,
      isAnswering: () => this.conversation.open !== undefined,
      onSilence: () => this.#silent(session),
      onTrouble: (problem) => this.#session === session && this.#showSession(problem),
    });
    this.#pace.succeed();
    this.#showSession();
    session.listen({
      onMessage: (message) => this.#receive(message),
      onEnd: (code) => this.#session === session && this.#ended(code),
      // Another one is kept for a renewal that may fail, not to be looked after.
      onDoubt: (hasFailed) =>
        this.#session === session ? this.#silent(session) : hasFailed && session.abort(),
    });
    if (this.#session === session) {
      session.send({ op: "models" });
      this.#meetHousehold();
      this.#sendAll(this.#saved.current.resume());
      void this.#measure(session);
    }
  }

  /** What was asked while the next session was tried is sent over this one. */
  #goOn(session: Session): void {
    this.#session = session;
    session.renewLater();
    this.#showSession();
    this.#sendAll(this.#saved.current.resume());
    void this.#measure(session);
  }

  /** Once for each time that the page is opened; a Mac that is alone names nobody. */
  #meetHousehold(): void {
    if (this.#household === undefined) {
      this.#household = new Household(this.#database, this.mac, (message) => this.#session?.send(message));
      this.#household.ask();
    }
  }

  /** Path and round trip, again and again while the page is seen. Behind a long question a ping may come too late. */
  async #measure(session: Session): Promise<void> {
    const keeper = this.#keeper;
    const moves = keeper?.moves;
    const wasSending = session.isSending;
    const [roundTripMs, path] = await Promise.all([
      session.ping(PING_TIMEOUT_MS),
      session.peer.path().catch(() => undefined),
    ]);
    // While a path was looked for it was silent: that was no measure of it, and at the end of the search there is one.
    if (this.#session !== session || keeper?.isMoving === true || keeper?.moves !== moves) {
      return;
    }
    if (roundTripMs === undefined && !document.hidden && (!wasSending || session.isSilent)) {
      void this.connect();
      return;
    }
    if (session.wantsRenewal) {
      void this.connect(roundTripMs === undefined ? undefined : session);
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
      case "error":
        if (message.code === "revoked") {
          this.#stop("revoked");
          return;
        }
        break;
      case "paired":
      case "paired_done":
        this.#session?.abort();
        return;
    }
    if (Household.concerns(message)) {
      // Without the other Macs this one serves as before.
      void this.#household?.receive(message).catch(() => undefined);
    } else {
      this.#change((conversation) => conversation.receive(message));
    }
  }

  /** While the question is being written, its model comes into memory: once for each session. */
  #warm(): void {
    const load = this.#session === this.#warmed ? undefined : warmStart(this.models);
    if (load !== undefined) {
      this.#warmed = this.#session;
      this.#session?.send(load);
    }
  }

  #ended(closeCode: number | undefined): void {
    this.#session = undefined;
    clearTimeout(this.#timer);
    this.#settle(problemOfClose(closeCode));
  }

  async #failed(problem: Problem): Promise<void> {
    const attempt = this.#attempt;
    // The record may have got its lasting keys before the failure.
    const stored = await this.#database.mac(this.mac.deviceId).catch(() => undefined);
    if (!attempt.signal.aborted) {
      this.mac = stored ?? this.mac;
      this.#settle(problem);
    }
  }

  #settle(problem: Problem): void {
    if (isFinal(problem.code)) {
      this.#stop(problem.code);
    } else {
      this.#retry(problem);
    }
  }

  #retry(problem: Problem): void {
    this.#pace.fail();
    this.#show({ kind: "waiting", problem: problem.code });
    if (document.hidden) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.connect(), this.#pace.delayMs(problem));
  }

  #stop(problem: ProblemCode): void {
    this.#attempt.abort();
    clearTimeout(this.#timer);
    this.#part();
    this.#show({ kind: "stopped", problem });
  }

  #woke(): void {
    if (this.#session !== undefined) {
      this.#keeper?.wake();
      void this.#measure(this.#session);
    } else if (this.link.kind === "waiting") {
      this.#pace.takeHeart();
      void this.connect();
    }
  }

  /** There is a session: the Mac is heard, or silent for this reason. */
  #showSession(problem?: ProblemCode): void {
    const live: Link = { kind: "live", path: undefined, roundTripMs: undefined };
    this.#show(problem === undefined ? live : { kind: "waiting", problem });
  }

  /** A path that is being looked for anyway needs no other one: what is under way may be about to find it. */
  #silent(session: Session): void {
    if (this.#keeper?.isMoving !== true) {
      void this.#move(session);
    }
  }

  /** The network is, or may be, another one. */
  #moved(): void {
    if (this.#session !== undefined) {
      this.#keeper?.beginAgain();
      this.#silent(this.#session);
    } else if (this.link.kind === "connecting" && this.mac.lasting !== undefined) {
      this.#hurry();
    } else {
      this.#woke();
    }
  }

  /** What began in a network that is gone may wait long for nothing. An invitation counts attempts: it is spared. */
  #hurry(): void {
    const attempt = this.#attempt;
    this.#pace.takeHeart();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!attempt.signal.aborted && this.link.kind === "connecting") {
        this.#pace.giveUp();
        void this.connect();
      }
    }, this.#pace.leftMs);
  }

  /** A new path for the session that lives; then a new connection. */
  async #move(session: Session): Promise<void> {
    const outcome = await this.#keeper?.move(() => this.#session === session);
    if (outcome === undefined || this.#session !== session) {
      return;
    }
    if (outcome === "lost") {
      await (document.hidden ? undefined : this.connect());
      return;
    }
    this.change = outcome === "restarted" ? outcome : this.change;
    clearTimeout(this.#timer);
    await this.#measure(session);
  }

  #change(change: (conversation: Conversation) => PhoneMessage[]): void {
    this.#sendAll(this.#saved.change(change));
    this.#onChange(this);
  }

  /** Without a session nothing is lost: what is open is resumed, or sent, by the next one. */
  #sendAll(messages: readonly PhoneMessage[]): void {
    for (const message of messages) {
      this.#session?.send(message);
    }
  }

  #show(link: Link): void {
    if (link.kind !== "connecting" || link.step !== "signaling") {
      this.isMacAway = link.kind === "waiting" && link.problem === "mac_offline";
    }
    this.link = link;
    this.#onChange(this);
  }
}
