import { type Bytes, equal, randomBytes } from "../bytes.ts";
import { CloseCode, fragments, type Frame, FrameKind } from "../protocol/frame.ts";
import { FrameAssembler, MessageTooLarge } from "../protocol/frameAssembler.ts";
import { ProtocolViolation, writeJson } from "../protocol/json.ts";
import { type MacMessage, type PhoneMessage, readMessage } from "../protocol/messages.ts";
import type { SecureChannel } from "../protocol/secureChannel.ts";
import type { Peer } from "./peer.ts";

export interface SessionEvents {
  onMessage(message: MacMessage): void;
  /** Once. The code is the Mac's when it said goodbye, undefined when the connection is simply gone. */
  onEnd(closeCode: number | undefined): void;
  /** The network seems to be gone; a path that has failed takes a restart, or the session ends. */
  onDoubt(hasFailed: boolean): void;
}

/** The next frame is encrypted only below this many bytes in the channel's buffer. */
const BUFFER_LIMIT = 256 * 1024;
const STALLED_MS = 30_000;
const PING_LENGTH = 8;

/**
 * So long without a word behind a ping is silence: one that was lost twice is through by then. Where round trips are
 * long it is several of them, up to the last number.
 */
const SILENCE_MS = 2_000;
const SILENCE_ROUND_TRIPS = 3;
const LONGEST_SILENCE_MS = 8_000;

/** A session ends after 12 hours; the phone starts the next one a little earlier. */
const RENEW_AFTER_MS = 11.5 * 3_600_000;
const RENEW_BELOW_FRAMES = 1_000_000;

/** A session that goes on because the next one did not begin has half an hour left. */
const RENEW_AGAIN_MS = 60_000;

/** Sealed messages with one Mac over one connection. */
export class Session {
  readonly peer: Peer;
  readonly #channel: SecureChannel;
  readonly #startedAt = performance.now();
  readonly #assembler = new FrameAssembler();
  readonly #pings: { content: Bytes; answered: () => void }[] = [];
  #events: SessionEvents | undefined;
  #early: MacMessage[] = [];
  #outgoing: Promise<void> = Promise.resolve();
  #ended = false;
  #renewFrom = 0;
  #heardAt = performance.now();
  /** When the first ping was sent that was followed by no word of the Mac. */
  #askedAt: number | undefined;
  #roundTripMs = 0;
  #sentBytes = 0;

  constructor(peer: Peer, channel: SecureChannel) {
    this.peer = peer;
    this.#channel = channel;
    peer.channel.bufferedAmountLowThreshold = BUFFER_LIMIT / 2;
    peer.watch(
      () => this.#end(undefined),
      (hasFailed) => this.#doubt(hasFailed),
    );
    peer.inbox.handOver((message) => this.#receive(message));
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  get wantsRenewal(): boolean {
    const now = performance.now();
    const isOld = now - this.#startedAt > RENEW_AFTER_MS || this.#channel.framesLeft < RENEW_BELOW_FRAMES;
    return isOld && now >= this.#renewFrom;
  }

  /** The next session did not begin: it is tried again in a while. */
  renewLater(): void {
    this.#renewFrom = performance.now() + RENEW_AGAIN_MS;
  }

  /** How many milliseconds ago the Mac was heard. */
  get quietMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** For how many milliseconds the Mac has owed a word; 0 when it was heard since it was asked. */
  get silentMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  /** From this `silentMs` on the Mac is silent, in milliseconds. */
  get patienceMs(): number {
    return Math.min(LONGEST_SILENCE_MS, Math.max(SILENCE_MS, SILENCE_ROUND_TRIPS * this.#roundTripMs));
  }

  get isSilent(): boolean {
    return this.silentMs >= this.patienceMs;
  }

  /** Whether there is more to send than the path takes at the moment: a ping would wait behind it. */
  get isSending(): boolean {
    return this.peer.channel.bufferedAmount > 0;
  }

  /** How many bytes have left the channel's buffer; what is put into it meanwhile does not count. */
  get goneBytes(): number {
    return this.#sentBytes - this.peer.channel.bufferedAmount;
  }

  /** What is on its way asks as a ping would: the path has to take it, or the Mac to say something. */
  expect(): void {
    this.#askedAt ??= performance.now();
  }

  /** Nothing that was asked before is owed: nobody looked, or it waits behind what is on its way. */
  excuse(): void {
    this.#askedAt = undefined;
  }

  /** The page stood still: an answer that waited for it made the round trip look long, so neither counts. */
  forgive(): void {
    this.excuse();
    this.#roundTripMs = 0;
  }

  /** Messages that came before anybody listened are delivered first. */
  listen(events: SessionEvents): void {
    this.#events = events;
    for (const message of this.#early.splice(0)) {
      events.onMessage(message);
    }
    if (this.#ended) {
      events.onEnd(undefined);
    }
  }

  send(message: PhoneMessage): void {
    const json = writeJson(message);
    this.#outgoing = this.#outgoing.then(async () => {
      for (const frame of fragments(json)) {
        await this.#room();
        this.#sendFrame(frame);
      }
    });
  }

  /** The round trip in milliseconds through everything, or undefined when no answer came in time. */
  async ping(timeoutMs: number): Promise<number | undefined> {
    const content = randomBytes(PING_LENGTH);
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      const answered = () => {
        clearTimeout(timer);
        this.#roundTripMs = performance.now() - sentAt;
        resolve(this.#roundTripMs);
      };
      this.#pings.push({ content, answered });
      this.#askedAt ??= sentAt;
      this.#sendFrame({ kind: FrameKind.ping, last: true, content });
    });
  }

  /** Says goodbye and closes. */
  close(code: number): void {
    this.#sendFrame({ kind: FrameKind.close, last: true, content: Uint8Array.of(code) });
    this.#end(undefined, 1_000);
  }

  /** The Mac said something that has no place here: ends without another word. */
  abort(): void {
    this.#end(CloseCode.protocol);
  }

  #receive(message: Bytes | undefined): void {
    if (this.#ended) {
      return;
    }
    try {
      if (message === undefined) {
        throw new ProtocolViolation("a text message");
      }
      this.#handle(this.#channel.open(message));
    } catch (error) {
      if (error instanceof MessageTooLarge) {
        this.close(error.closeCode);
      }
      this.#end(CloseCode.protocol);
    }
  }

  #handle(frame: Frame): void {
    this.#heardAt = performance.now();
    this.#askedAt = undefined;
    if (this.#assembler.isOverdue(performance.now())) {
      throw new ProtocolViolation("a message took too long");
    }
    switch (frame.kind) {
      case FrameKind.part: {
        const json = this.#assembler.add(frame, performance.now());
        const message = json === undefined ? undefined : readMessage(json);
        if (message !== undefined) {
          this.#deliver(message);
        }
        return;
      }
      case FrameKind.ping:
        this.#sendFrame({ kind: FrameKind.pong, last: true, content: frame.content });
        return;
      case FrameKind.pong: {
        const index = this.#pings.findIndex((ping) => equal(ping.content, frame.content));
        this.#pings.splice(index, index < 0 ? 0 : 1)[0]?.answered();
        return;
      }
      case FrameKind.close:
        this.#end(frame.content[0]);
        return;
      case FrameKind.cover:
        return;
    }
  }

  #deliver(message: MacMessage): void {
    if (this.#events === undefined) {
      this.#early.push(message);
    } else {
      this.#events.onMessage(message);
    }
  }

  /** Sealing and sending are one step, so that frames leave in the order of their numbers. */
  #sendFrame(frame: Frame): void {
    if (this.#ended || this.peer.channel.readyState !== "open") {
      return;
    }
    try {
      const message = this.#channel.seal(frame, "pad");
      this.peer.channel.send(message);
      this.#sentBytes += message.length;
    } catch {
      this.#end(undefined);
    }
  }

  async #room(): Promise<void> {
    const { channel } = this.peer;
    if (channel.bufferedAmount < BUFFER_LIMIT || this.#ended) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#end(undefined);
        resolve();
      }, STALLED_MS);
      channel.addEventListener(
        "bufferedamountlow",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Before anybody listens nobody restarts a path. */
  #doubt(hasFailed: boolean): void {
    if (this.#events !== undefined) {
      this.#events.onDoubt(hasFailed);
    } else if (hasFailed) {
      this.#end(undefined);
    }
  }

  #end(closeCode: number | undefined, lingerMs = 0): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    this.#channel.erase();
    if (lingerMs > 0) {
      this.peer.channel.close();
      setTimeout(() => this.peer.close(), lingerMs);
    } else {
      this.peer.close();
    }
    this.#events?.onEnd(closeCode);
  }
}
