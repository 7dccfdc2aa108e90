import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Peer } from "../src/phone/peer.ts";
import type { SignaledAnswer } from "../src/phone/signaling.ts";
import { vectors } from "./vectors.ts";

const { accepted } = vectors<{ accepted: { sdp: string }[] }>("quicpair/sdp.json");
const sdp = accepted[0]?.sdp ?? "";
const RELAY: RTCIceServer = { urls: ["turn:turn.example"], username: "u", credential: "c" };

/** What a page does with its connection, and what a test has happen to it. */
class FakeConnection extends EventTarget {
  static last: FakeConnection | undefined;
  readonly channel = Object.assign(new EventTarget(), {
    readyState: "connecting",
    onopen: undefined as (() => void) | undefined,
  });
  readonly offers: (RTCOfferOptions | undefined)[] = [];
  readonly localDescription = { type: "offer", sdp };
  readonly iceGatheringState = "complete";
  readonly connectionState = "connecting";
  readonly sctp = null;
  iceConnectionState = "checking";
  servers: RTCIceServer[];

  constructor(configuration?: RTCConfiguration) {
    super();
    this.servers = configuration?.iceServers ?? [];
    FakeConnection.last = this;
  }

  createDataChannel(): object {
    return this.channel;
  }

  async createOffer(options?: RTCOfferOptions): Promise<object> {
    this.offers.push(options);
    return this.localDescription;
  }

  async setLocalDescription(): Promise<void> {}

  async setRemoteDescription(): Promise<void> {}

  setConfiguration({ iceServers }: RTCConfiguration): void {
    this.servers = iceServers ?? [];
  }

  close(): void {}

  open(): void {
    this.channel.readyState = "open";
    this.channel.onopen?.();
  }
}

/** A connection whose first offer was answered, and what tells it servers late. */
async function begin(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.RTCPeerConnection = FakeConnection as unknown as typeof RTCPeerConnection;
  context.after(() => Reflect.deleteProperty(globalThis, "RTCPeerConnection"));
  let tell: (servers: RTCIceServer[]) => void = () => undefined;
  let nonces = 0;
  const connected = Peer.connect(
    async (onLate) => {
      tell = onLate ?? tell;
      return [];
    },
    async (): Promise<SignaledAnswer> => ({
      sdp,
      fingerprint: new Uint8Array(32),
      offerNonce: new Uint8Array(16).fill(++nonces),
      answerNonce: new Uint8Array(16),
      version: 1,
    }),
    () => undefined,
  );
  await settle();
  const connection = FakeConnection.last;
  assert.ok(connection !== undefined);
  assert.deepEqual(connection.offers, [undefined]);
  return { connected, connection, tell };
}

/** Lets timers and what follows from them run. */
async function pass(context: TestContext, milliseconds: number): Promise<void> {
  context.mock.timers.tick(milliseconds);
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await Promise.resolve();
  }
}

test("Servers that are told too late for the offer serve a second one", async (context) => {
  const { connected, connection, tell } = await begin(context);
  tell([RELAY]);
  await settle();
  await pass(context, 1_000);
  assert.deepEqual(connection.offers, [undefined, { iceRestart: true }]);
  assert.deepEqual(connection.servers, [RELAY]);

  connection.open();
  const { peer, answer } = await connected;
  // The handshake is bound to the offer that made the connection.
  assert.deepEqual(answer.offerNonce, new Uint8Array(16).fill(1));
  peer.close();
});

test("A way that was found without them is left alone", async (context) => {
  const { connected, connection, tell } = await begin(context);
  tell([RELAY]);
  await settle();
  connection.iceConnectionState = "connected";
  await pass(context, 1_000);
  assert.deepEqual(connection.offers, [undefined]);
  connection.open();
  (await connected).peer.close();
});

test("A front door that knows no servers changes nothing", async (context) => {
  const { connected, connection, tell } = await begin(context);
  tell([]);
  await settle();
  await pass(context, 1_000);
  assert.deepEqual(connection.offers, [undefined]);
  connection.open();
  (await connected).peer.close();
});
