import type { TestContext } from "node:test";
import { type Bytes, concat, fromBase64Url, randomBytes, toBase64Url } from "../src/bytes.ts";
import { fromPrivateBytes, generate, open } from "../src/noise/diffieHellman.ts";
import { HandshakeState } from "../src/noise/handshakeState.ts";
import { IKpsk2 } from "../src/noise/pattern.ts";
import type { Database, PairedMac } from "../src/phone/database.ts";
import { Phone } from "../src/phone/phone.ts";
import { fragments, type Frame, FrameKind } from "../src/protocol/frame.ts";
import { FrameAssembler } from "../src/protocol/frameAssembler.ts";
import { writeMacPayload } from "../src/protocol/handshakePayload.ts";
import { type JsonObject, readJsonObject, writeJson } from "../src/protocol/json.ts";
import { authenticateAnswer } from "../src/protocol/offerAuthentication.ts";
import { writePrologue } from "../src/protocol/prologue.ts";
import { ChannelMessage, SecureChannel } from "../src/protocol/secureChannel.ts";
import { checkSdp } from "../src/protocol/signaledSdp.ts";
import { vectors } from "./vectors.ts";

const { accepted } = vectors<{ accepted: { sdp: string }[] }>("quicpair/sdp.json");
const sdp = accepted[0]?.sdp ?? "";
const fingerprint = checkSdp(sdp).fingerprint ?? new Uint8Array(32);

/**
 * What the front door does with an offer: `away` is no answer at all, `holds` one that comes with `release()`; the Mac
 * may be offline by then.
 */
type Door = "answers" | "holds" | "away" | "mac offline";

/** The phone's end of a data channel; `hear` is the Mac's. */
class Channel extends EventTarget {
  readyState = "connecting";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType = "blob";
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onopen: (() => void) | null = null;
  hear: (message: Bytes) => void = () => undefined;

  /** What follows on what waits waits too; the test says when it leaves. */
  send(message: Bytes): void {
    this.bufferedAmount += this.bufferedAmount > 0 ? message.length : 0;
    this.hear(message);
  }

  receive(message: Bytes): void {
    this.onmessage?.({ data: message.slice().buffer });
  }

  close(): void {
    this.readyState = "closed";
  }
}

/** The page's connection: it is open as soon as an offer was answered. */
export class Connection extends EventTarget {
  static made: Connection[] = [];
  readonly channel = new Channel();
  readonly localDescription = { type: "offer", sdp };
  readonly iceGatheringState = "complete";
  readonly iceConnectionState = "checking";
  readonly signalingState = "stable";
  readonly sctp = null;
  connectionState = "connecting";
  onconnectionstatechange: (() => void) | null = null;
  isClosed = false;
  /** Of the first offer that was answered: the handshake is bound to them. */
  nonces: { readonly offer: Bytes; readonly answer: Bytes } | undefined;

  readonly servers: readonly RTCIceServer[];

  constructor(configuration?: RTCConfiguration) {
    super();
    this.servers = configuration?.iceServers ?? [];
    Connection.made.push(this);
  }

  createDataChannel(): Channel {
    return this.channel;
  }

  async createOffer(): Promise<object> {
    return this.localDescription;
  }

  async setLocalDescription(): Promise<void> {}

  async setRemoteDescription(): Promise<void> {
    if (this.isClosed) {
      throw new DOMException("closed", "InvalidStateError");
    }
    this.channel.readyState = "open";
    this.channel.onopen?.();
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }

  close(): void {
    this.isClosed = true;
    this.channel.close();
  }

  become(state: "disconnected" | "failed"): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** The Mac closes the channel. */
  end(): void {
    this.channel.close();
    this.channel.onclose?.();
  }
}

/** A phone that is paired, with its Mac, its front door, its network and its clock in the test's hand. */
export class PhoneStage {
  door: Door = "answers";
  /** Whether the Mac has another end for every offer, as it has when consent ended. */
  isForgetful = false;
  /** Whether the Mac's words reach the phone. */
  isHeard = true;
  /** How long a ping and its answer take, in milliseconds. */
  roundTripMs = 0;
  /** What becomes of a handshake that the Mac answers. */
  onHandshake: (connection: Connection, answer: () => void) => void = (_, answer) => answer();
  /** What the browser tells of the network. */
  readonly network = Object.assign(new EventTarget(), { type: undefined as string | undefined });
  /** How many offers the front door got, and handshakes the Mac. */
  offers = 0;
  handshakes = 0;
  /** How often the phone asked whether the Mac is there. */
  pings = 0;
  now = 1_000;
  /** Every message of the phone, in order, over all sessions. */
  readonly heard: JsonObject[] = [];
  readonly document = Object.assign(new EventTarget(), { hidden: false });
  readonly #context: TestContext;
  readonly #window = new EventTarget();
  readonly #held: (() => void)[] = [];
  readonly #macKey = fromPrivateBytes(randomBytes(32));
  readonly #keys = { psk: randomBytes(32), offerKey: randomBytes(32) };
  #say: (frame: Frame) => void = () => undefined;
  #phone: Phone | undefined;

  constructor(context: TestContext) {
    this.#context = context;
    context.after(() => this.#phone?.leave());
    Connection.made = [];
    context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const values = {
      document: this.document,
      window: this.#window,
      navigator: { connection: this.network },
      location: { origin: "https://door.example" },
      performance: { now: () => this.now },
      BroadcastChannel: undefined,
      RTCPeerConnection: Connection,
      fetch: (_: string, request: { body: string }) => this.#take(JSON.parse(request.body) as { nonce: string }),
    };
    replaceGlobals(context, values);
  }

  get phone(): Phone {
    if (this.#phone === undefined) {
      throw new Error("not started");
    }
    return this.#phone;
  }

  get connections(): readonly Connection[] {
    return Connection.made;
  }

  async start(): Promise<Phone> {
    const key = await generate("bytes");
    const mac: PairedMac = {
      deviceId: "a".repeat(16),
      macId: "b".repeat(16),
      macPublicKey: this.#macKey.publicKey,
      macName: "Studio",
      // No servers are asked for.
      localOnly: true,
      ownerConfirms: false,
      expiry: 0,
      key,
      secret: undefined,
      lasting: this.#keys,
      usedAt: 0,
    };
    const database = {
      conversation: async () => [],
      storeConversation: async () => undefined,
      mac: async () => undefined,
      storeMac: async (stored: PairedMac) => stored,
    };
    this.#phone = await Phone.start(database as unknown as Database, mac, () => undefined);
    await this.settle();
    return this.#phone;
  }

  /** The browser says that there is another network. */
  async changeNetwork(): Promise<void> {
    this.#window.dispatchEvent(new Event("online"));
    await this.settle();
  }

  /** The Mac ends the session with this code. */
  async close(code: number): Promise<void> {
    this.#say({ kind: FrameKind.close, last: true, content: Uint8Array.of(code) });
    await this.settle();
  }

  /** The person looks, or looks away. */
  async see(isSeen: boolean): Promise<void> {
    this.document.hidden = !isSeen;
    this.document.dispatchEvent(new Event("visibilitychange"));
    await this.settle();
  }

  /** The Mac says something to the session that began last. */
  async say(message: object): Promise<void> {
    for (const frame of fragments(writeJson(message))) {
      this.#say(frame);
    }
    await this.settle();
  }

  /** Answers every offer that the front door holds. */
  async release(): Promise<void> {
    for (const answer of this.#held.splice(0)) {
      answer();
    }
    await this.settle();
  }

  /** Lets time pass, and what follows from it happen. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      this.now += 100;
      this.#context.mock.timers.tick(100);
      await this.settle();
    }
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #take({ nonce }: { nonce: string }): Promise<Response> {
    this.offers++;
    // The newest is the one that asks.
    const connection = Connection.made.at(-1);
    if (this.door === "away" || connection === undefined) {
      throw new TypeError("fetch failed");
    }
    if (this.door === "holds") {
      await new Promise<void>((resolve) => this.#held.push(resolve));
    }
    if (this.door === "mac offline") {
      return reply(503, { code: "mac_offline" });
    }
    const offer = fromBase64Url(nonce, 16) ?? new Uint8Array(16);
    const answer = (!this.isForgetful && connection.nonces?.answer) || randomBytes(16);
    if (connection.nonces === undefined) {
      connection.nonces = { offer, answer };
      this.#serve(connection, offer, answer);
    }
    const auth = toBase64Url(authenticateAnswer(this.#keys.offerKey, offer, answer, 1, sdp));
    return reply(200, { v: 1, sdp, nonce: toBase64Url(answer), version: 1, auth });
  }

  /** The Mac's end: it shakes hands, hears, and answers pings. */
  #serve(connection: Connection, offerNonce: Bytes, answerNonce: Bytes): void {
    const { channel } = connection;
    const prologue = writePrologue({
      mode: 2,
      phoneCertificate: fingerprint,
      macCertificate: fingerprint,
      offerNonce,
      answerNonce,
      versions: [1],
      chosen: 1,
    });
    const assembler = new FrameAssembler();
    let sealed: SecureChannel | undefined;
    channel.hear = (message) => {
      if (sealed === undefined) {
        void this.#shakeHands(connection, prologue, message).then((made) => {
          sealed = made;
          this.#say = (frame) => channel.receive(made.seal(frame, "pad"));
        });
        return;
      }
      const frame = sealed.open(message);
      if (frame.kind === FrameKind.ping) {
        this.pings++;
        this.#answerPing(channel, sealed, frame);
      }
      const json = frame.kind === FrameKind.part ? assembler.add(frame, this.now) : undefined;
      if (json !== undefined) {
        this.heard.push(readJsonObject(json));
      }
    };
  }

  #answerPing(channel: Channel, sealed: SecureChannel, ping: Frame): void {
    const answer = () => channel.receive(sealed.seal({ ...ping, kind: FrameKind.pong }, "pad"));
    if (this.isHeard && this.roundTripMs > 0) {
      setTimeout(answer, this.roundTripMs);
    } else if (this.isHeard) {
      answer();
    }
  }

  async #shakeHands(connection: Connection, prologue: Bytes, message: Bytes): Promise<SecureChannel> {
    const handshake = new HandshakeState({
      pattern: IKpsk2,
      initiator: false,
      prologue,
      staticKey: this.#macKey,
      ephemeral: async () => open(await generate("bytes")),
      psk: this.#keys.psk,
    });
    await handshake.readMessage(message.slice(1));
    const message2 = await handshake.writeMessage(writeMacPayload("Studio"));
    const made = new SecureChannel(handshake.split());
    this.handshakes++;
    // The phone speaks only once the Mac is ready to hear.
    const answer = () =>
      connection.channel.receive(concat(Uint8Array.of(ChannelMessage.handshake2), message2));
    setImmediate(() => this.onHandshake(connection, answer));
    return made;
  }
}

function reply(status: number, body: object): Response {
  const text = async () => JSON.stringify(body);
  return { ok: status < 300, status, headers: new Headers(), text } as unknown as Response;
}

/** Puts these in the place of the globals of their names until the test ends. */
export function replaceGlobals(context: TestContext, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    context.after(() => {
      Reflect.deleteProperty(globalThis, name);
      if (before !== undefined) {
        Object.defineProperty(globalThis, name, before);
      }
    });
  }
}
