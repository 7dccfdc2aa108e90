import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, empty, fromHex, toHex, utf8 } from "../src/bytes.ts";
import { fromPrivateBytes, generate, open } from "../src/noise/diffieHellman.ts";
import { HandshakeState, type HandshakeOptions } from "../src/noise/handshakeState.ts";
import { IKpsk2 } from "../src/noise/pattern.ts";
import { flipBit, vectors } from "./vectors.ts";

interface Cacophony {
  vectors: {
    protocol_name: string;
    init_prologue: string;
    init_psks: string[];
    init_static: string;
    init_ephemeral: string;
    init_remote_static: string;
    resp_static: string;
    resp_ephemeral: string;
    handshake_hash: string;
    messages: { payload: string; ciphertext: string }[];
  }[];
}

const keysOf = (byte: number) => fromPrivateBytes(new Uint8Array(32).fill(byte));
const [phone, mac, phoneEphemeral, macEphemeral] = [keysOf(1), keysOf(2), keysOf(3), keysOf(4)];

function pair(overrides: Partial<HandshakeOptions> = {}): [HandshakeState, HandshakeState] {
  const common = { pattern: IKpsk2, prologue: utf8("p"), psk: new Uint8Array(32).fill(9) };
  const initiator = new HandshakeState({
    ...common,
    initiator: true,
    staticKey: phone,
    remoteStatic: mac.publicKey,
    ephemeral: async () => phoneEphemeral,
    ...overrides,
  });
  const responder = new HandshakeState({
    ...common,
    initiator: false,
    staticKey: mac,
    ephemeral: async () => macEphemeral,
  });
  return [initiator, responder];
}

test("Agrees with the cacophony vector of IKpsk2", async () => {
  const all = vectors<Cacophony>("noise/cacophony.json").vectors;
  const cases = all.filter((vector) => vector.protocol_name === IKpsk2.protocolName);
  assert.ok(cases.length > 0);
  for (const vector of cases) {
    const prologue = fromHex(vector.init_prologue);
    const psk = fromHex(vector.init_psks[0] ?? "");
    const initiator = new HandshakeState({
      pattern: IKpsk2,
      initiator: true,
      prologue,
      psk,
      staticKey: fromPrivateBytes(fromHex(vector.init_static)),
      remoteStatic: fromHex(vector.init_remote_static),
      ephemeral: async () => fromPrivateBytes(fromHex(vector.init_ephemeral)),
    });
    const responder = new HandshakeState({
      pattern: IKpsk2,
      initiator: false,
      prologue,
      staticKey: fromPrivateBytes(fromHex(vector.resp_static)),
      ephemeral: async () => fromPrivateBytes(fromHex(vector.resp_ephemeral)),
    });
    const [first, second, ...rest] = vector.messages;
    assert.ok(first !== undefined && second !== undefined);
    const message1 = await initiator.writeMessage(fromHex(first.payload));
    assert.equal(toHex(message1), first.ciphertext);
    assert.equal(toHex(await responder.readMessage(message1)), first.payload);
    responder.setPsk(psk);
    const message2 = await responder.writeMessage(fromHex(second.payload));
    assert.equal(toHex(message2), second.ciphertext);
    assert.equal(toHex(await initiator.readMessage(message2)), second.payload);
    const phone = initiator.split();
    const mac = responder.split();
    assert.equal(toHex(phone.handshakeHash), vector.handshake_hash);
    assert.equal(toHex(mac.handshakeHash), vector.handshake_hash);
    for (const [index, { payload, ciphertext }] of rest.entries()) {
      const [from, to] = index % 2 === 0 ? [phone, mac] : [mac, phone];
      assert.equal(toHex(from.send.encryptWithAd(empty, fromHex(payload))), ciphertext);
      assert.equal(toHex(to.receive.decryptWithAd(empty, fromHex(ciphertext))), payload);
    }
  }
});

/** Every copy of a message with one bit flipped, then every shorter beginning of it, with what was done to it. */
function* damaged(message: Bytes): Generator<[Bytes, string]> {
  for (let bit = 0; bit < message.length * 8; bit++) {
    yield [flipBit(message, bit), `bit ${bit} flipped`];
  }
  for (let length = 0; length < message.length; length++) {
    yield [message.slice(0, length), `cut to ${length} bytes`];
  }
}

test("Refuses every flipped bit and every truncation of both messages", async () => {
  const [initiator, responder] = pair();
  const message1 = await initiator.writeMessage(utf8("one"));
  await responder.readMessage(message1);
  const message2 = await responder.writeMessage(utf8("two"));
  await initiator.readMessage(message2);
  let refused = 0;
  for (const [message, what] of damaged(message1)) {
    await assert.rejects(pair()[1].readMessage(message), `message 1, ${what}`);
    refused++;
  }
  for (const [message, what] of damaged(message2)) {
    const [fresh] = pair();
    await fresh.writeMessage(utf8("one"));
    await assert.rejects(fresh.readMessage(message), `message 2, ${what}`);
    refused++;
  }
  assert.equal(refused, 9 * (message1.length + message2.length));
});

test("Fails with another psk, prologue or remote key", async () => {
  for (const [name, overrides] of Object.entries<Partial<HandshakeOptions>>({
    psk: { psk: new Uint8Array(32) },
    prologue: { prologue: utf8("q") },
    remote: { remoteStatic: fromPrivateBytes(new Uint8Array(32).fill(7)).publicKey },
  })) {
    const [initiator, responder] = pair(overrides);
    const exchange = async () => {
      await responder.readMessage(await initiator.writeMessage(empty));
      await initiator.readMessage(await responder.writeMessage(empty));
    };
    await assert.rejects(exchange(), name);
  }
});

test("Refuses to speak out of turn and to split early", async () => {
  const [initiator, responder] = pair();
  await assert.rejects(responder.writeMessage(empty));
  await assert.rejects(initiator.readMessage(empty));
  assert.throws(() => initiator.split());
});

test("WebCrypto and the bytes of noble agree", async () => {
  const stored = await generate("handle");
  assert.equal(stored.kind, "handle");
  assert.equal((stored.privateKey as CryptoKey).extractable, false);
  const ours = open(await generate("bytes"));
  const theirs = open(stored);
  assert.deepEqual(await ours.agree(theirs.publicKey), await theirs.agree(ours.publicKey));
});

test("Both refuse keys of small order", async () => {
  const smallOrder = fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
  for (const kind of ["handle", "bytes"] as const) {
    const key = open(await generate(kind));
    await assert.rejects(key.agree(new Uint8Array(32)), kind);
    await assert.rejects(key.agree(smallOrder), kind);
  }
});

test("Agrees with Wycheproof on X25519", async () => {
  interface Case {
    public: string;
    private: string;
    shared: string;
    result: string;
    flags: string[];
  }
  const { testGroups } = vectors<{ testGroups: { tests: Case[] }[] }>("crypto/x25519_test.json");
  let agreed = 0;
  for (const { public: remote, private: ours, shared, flags } of testGroups.flatMap((group) => group.tests)) {
    const key = fromPrivateBytes(fromHex(ours));
    if (/^0*$/.test(shared) || flags.includes("ZeroSharedSecret")) {
      await assert.rejects(key.agree(fromHex(remote)));
    } else {
      assert.equal(toHex(await key.agree(fromHex(remote))), shared);
      agreed++;
    }
  }
  assert.ok(agreed > 400);
});
