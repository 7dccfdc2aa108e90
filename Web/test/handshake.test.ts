import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { type Bytes, randomBytes } from "../src/bytes.ts";
import { fromPrivateBytes } from "../src/noise/diffieHellman.ts";
import { shakeHands } from "../src/phone/handshake.ts";
import { Inbox } from "../src/phone/inbox.ts";
import type { Peer } from "../src/phone/peer.ts";
import { Problem } from "../src/phone/problem.ts";

/** The phone's end of a channel whose Mac has heard the first message. */
class Channel extends EventTarget {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly #heard: () => void;

  constructor(heard: () => void) {
    super();
    this.#heard = heard;
  }

  send(): void {
    this.#heard();
  }
}

/** What the handshake ends in when the Mac does `act` in answer to the first message. */
async function outcome(act: (channel: Channel) => void): Promise<string> {
  const channel: Channel = new Channel(() => setImmediate(() => act(channel)));
  const inbox = new Inbox(channel as unknown as RTCDataChannel);
  const [ours, macs] = [randomBytes(32), randomBytes(32)];
  const inputs = {
    prologue: randomBytes(16),
    key: { kind: "bytes" as const, privateKey: ours, publicKey: fromPrivateBytes(ours).publicKey },
    macPublicKey: fromPrivateBytes(macs).publicKey,
    psk: randomBytes(32),
    deviceId: "AAAAAAAAAAAAAAAAAAAAAA",
    phoneName: undefined,
  };
  try {
    await shakeHands({ channel, inbox } as unknown as Peer, inputs);
    return "done";
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
}

function says(message: Bytes): (channel: Channel) => void {
  return (channel) => channel.onmessage?.({ data: message.buffer });
}

test("A Mac that refuses the handshake, or answers it wrongly, could not be verified", async () => {
  assert.equal(await outcome(says(Uint8Array.of(0x7f, 1))), "handshake_failed");
  assert.equal(await outcome(says(Uint8Array.of(0x02, ...randomBytes(560)))), "handshake_failed");
  assert.equal(await outcome((channel) => channel.onmessage?.({ data: "text" })), "handshake_failed");
});

test("A handshake that gets no answer is a lost connection, which is tried again", async () => {
  assert.equal(await outcome((channel) => channel.dispatchEvent(new Event("close"))), "lost");
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    assert.equal(await outcome(() => mock.timers.tick(10_000)), "lost");
  } finally {
    mock.timers.reset();
  }
});
