import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, empty, randomBytes, toHex, utf8 } from "../src/bytes.ts";
import { CipherState } from "../src/noise/cipherState.ts";
import { Inbox } from "../src/phone/inbox.ts";
import type { Peer } from "../src/phone/peer.ts";
import { Session } from "../src/phone/session.ts";
import { CloseCode, fragments, type Frame, FrameKind } from "../src/protocol/frame.ts";
import { FrameAssembler } from "../src/protocol/frameAssembler.ts";
import { readJsonObject, writeJson } from "../src/protocol/json.ts";
import type { MacMessage } from "../src/protocol/messages.ts";
import { SecureChannel } from "../src/protocol/secureChannel.ts";

/** The phone's end of a data channel in memory: what it sends is kept, what the Mac sends is put in. */
class Channel extends EventTarget {
  readyState = "open";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Bytes[] = [];

  send(message: Bytes): void {
    this.sent.push(message);
  }

  close(): void {
    this.readyState = "closed";
  }
}

function pair() {
  const [up, down] = [randomBytes(32), randomBytes(32)];
  const cipher = (key: Bytes) => new CipherState(key.slice());
  const phoneEnd = new SecureChannel({ send: cipher(up), receive: cipher(down), handshakeHash: empty });
  const mac = new SecureChannel({ send: cipher(down), receive: cipher(up), handshakeHash: empty });
  const channel = new Channel();
  const peer = {
    channel,
    closed: 0,
    inbox: new Inbox(channel as unknown as RTCDataChannel),
    watch: (onGone: () => void) => (channel.onclose = onGone),
    close: () => peer.closed++,
  };
  const session = new Session(peer as unknown as Peer, phoneEnd);
  const messages: MacMessage[] = [];
  const ends: (number | undefined)[] = [];
  session.listen({
    onMessage: (message) => messages.push(message),
    onEnd: (code) => ends.push(code),
    onDoubt: () => undefined,
  });
  const arrive = (data: unknown) => channel.onmessage?.({ data });
  const fromMac = (frame: Frame) => arrive(mac.seal(frame, "off").buffer);
  /** The frames that the phone sent since the last call. */
  const received = () => channel.sent.splice(0).map((message) => mac.open(message));
  return { session, channel, peer, mac, messages, ends, arrive, fromMac, received };
}

/** Lets the promises of the sender run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("Sends a message as padded frames and reads the Mac's", async () => {
  const { session, channel, messages, fromMac, received } = pair();
  session.send({ op: "models" });
  await settle();
  assert.equal(channel.sent[0]?.length, 128);
  const [frame] = received();
  assert.deepEqual(readJsonObject(frame?.content ?? empty), { op: "models" });
  for (const part of fragments(writeJson({ op: "delta", id: "a", seq: 1, content: "x".repeat(40_000) }))) {
    fromMac(part);
  }
  assert.equal(messages.length, 1);
  assert.equal((messages[0] as { content: string }).content.length, 40_000);
});

test("Encrypts the next frame only when there is room in the channel", async () => {
  const { session, channel, received } = pair();
  channel.bufferedAmount = 256 * 1024;
  session.send({
    op: "chat",
    id: "a",
    stream: true,
    messages: [{ role: "user", content: "y".repeat(20_000) }],
  });
  await settle();
  assert.equal(channel.sent.length, 0);
  const pinged = session.ping(1_000);
  channel.bufferedAmount = 0;
  channel.dispatchEvent(new Event("bufferedamountlow"));
  await settle();
  const frames = received();
  assert.deepEqual(
    frames.map(({ kind }) => kind),
    [FrameKind.ping, FrameKind.part, FrameKind.part],
  );
  const assembler = new FrameAssembler();
  assert.equal(assembler.add(frames[1] as Frame, 0), undefined);
  assert.notEqual(assembler.add(frames[2] as Frame, 0), undefined);
  session.close(CloseCode.normal);
  assert.equal(await pinged, undefined);
});

test("Measures the round trip by the echo of its own ping", async () => {
  const { session, fromMac, received } = pair();
  const roundTrip = session.ping(5_000);
  const [ping] = received();
  fromMac({ kind: FrameKind.pong, last: true, content: utf8("another") });
  fromMac({ kind: FrameKind.pong, last: true, content: ping?.content ?? empty });
  assert.ok(((await roundTrip) ?? -1) >= 0);
});

test("Answers the Mac's ping with its content and ignores cover", () => {
  const { fromMac, received, ends } = pair();
  fromMac({ kind: FrameKind.cover, last: true, content: new Uint8Array(100) });
  fromMac({ kind: FrameKind.ping, last: true, content: utf8("12345678") });
  const [pong] = received();
  assert.deepEqual([pong?.kind, toHex(pong?.content ?? empty)], [FrameKind.pong, toHex(utf8("12345678"))]);
  assert.deepEqual(ends, []);
});

test("Tells why the Mac closed", () => {
  const { fromMac, ends, peer, session } = pair();
  fromMac({ kind: FrameKind.close, last: true, content: Uint8Array.of(CloseCode.revoked) });
  assert.deepEqual(ends, [CloseCode.revoked]);
  assert.equal(peer.closed, 1);
  assert.equal(session.isOpen, false);
});

const unlawful: Record<string, (ends: ReturnType<typeof pair>) => void> = {
  "a text message": ({ arrive }) => arrive("hello"),
  garbage: ({ arrive }) => arrive(randomBytes(200).buffer),
  "a frame twice": ({ arrive, mac }) => {
    const message = mac.seal({ kind: FrameKind.cover, last: true, content: empty }, "pad");
    arrive(message.buffer);
    arrive(message.buffer);
  },
  "a late handshake message": ({ arrive }) => arrive(Uint8Array.of(2, ...randomBytes(560)).buffer),
  "an alert": ({ arrive }) => arrive(Uint8Array.of(0x7f, 1).buffer),
  "an empty message": ({ arrive }) => arrive(new ArrayBuffer(0)),
  "what is not JSON": ({ fromMac }) => fromMac({ kind: FrameKind.part, last: true, content: utf8("{") }),
};

for (const [name, happen] of Object.entries(unlawful)) {
  test(`Ends for good after ${name}, and sends nothing more`, async () => {
    const ends = pair();
    happen(ends);
    assert.deepEqual(ends.ends, [CloseCode.protocol]);
    assert.equal(ends.peer.closed, 1);
    ends.session.send({ op: "models" });
    await settle();
    assert.deepEqual(ends.channel.sent, []);
    ends.fromMac({ kind: FrameKind.ping, last: true, content: empty });
    assert.deepEqual(ends.channel.sent, []);
  });
}

test("Closes with code 4 when the Mac's message is too large", () => {
  const { fromMac, received, ends } = pair();
  for (const part of fragments(new Uint8Array(1024 * 1024 + 1).fill(0x20))) {
    fromMac(part);
  }
  assert.deepEqual(
    received().map(({ kind, content }) => [kind, content[0]]),
    [[FrameKind.close, CloseCode.tooLarge]],
  );
  assert.equal(ends.length, 1);
});
