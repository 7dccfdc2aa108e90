import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, empty, fromHex, toHex, utf8 } from "../src/bytes.ts";
import { CipherState } from "../src/noise/cipherState.ts";
import { fromPrivateBytes } from "../src/noise/diffieHellman.ts";
import { HandshakeState } from "../src/noise/handshakeState.ts";
import { IKpsk2 } from "../src/noise/pattern.ts";
import * as frame from "../src/protocol/frame.ts";
import { FrameAssembler, MESSAGE_TIMEOUT_MS, MessageTooLarge } from "../src/protocol/frameAssembler.ts";
import {
  readMacName,
  readPhonePayload,
  writeMacPayload,
  writePhonePayload,
} from "../src/protocol/handshakePayload.ts";
import { readJsonObject, writeJson } from "../src/protocol/json.ts";
import { confirmationCode } from "../src/protocol/keySchedule.ts";
import { errorCodes, readMessage } from "../src/protocol/messages.ts";
import { SecureChannel } from "../src/protocol/secureChannel.ts";
import { flipBit, vectors } from "./vectors.ts";

interface SealedFrame {
  name: string;
  padding: frame.Padding;
  kind: frame.FrameKind;
  last: boolean;
  content: string;
  number: number;
  plaintext: string;
  channelMessage: string;
}

const frames = vectors<{
  key: string;
  sealed: SealedFrame[];
  paddedLength: { content: number; off: number; pad: number }[];
  rekey: { frames: SealedFrame[] };
  refusedPlaintexts: { name: string; plaintext: string }[];
  assembly: { name: string; frames: string[]; limit?: number; messages: string[]; closes?: number }[];
  fragmentation: { name: string; length: number; contents: number[] }[];
}>("quicpair/frames.json");

/** A channel that sends and receives under the same known key. */
function loopback(): SecureChannel {
  const key = fromHex(frames.key);
  return new SecureChannel({
    send: new CipherState(key.slice()),
    receive: new CipherState(key.slice()),
    handshakeHash: empty,
  });
}

test("Seals the known frames and opens what it seals", () => {
  const channel = loopback();
  for (const { name, padding, kind, last, content, plaintext, channelMessage } of frames.sealed) {
    const sealed = { kind, last, content: fromHex(content) };
    assert.equal(toHex(frame.writeFrame(sealed, padding)), plaintext, name);
    const message = channel.seal(sealed, padding);
    assert.equal(toHex(message), channelMessage, name);
    assert.deepEqual(channel.open(message), sealed);
  }
});

test("Changes the key before frames 16 384 and 32 768", () => {
  const channel = loopback();
  const known = new Map(frames.rekey.frames.map((entry) => [entry.number, entry]));
  const ping = { kind: frame.FrameKind.ping, last: true, content: empty };
  let seen = 0;
  for (let number = 0; number <= 32_768; number++) {
    const message = channel.seal(ping, "off");
    const expected = known.get(number)?.channelMessage;
    if (expected !== undefined) {
      assert.equal(toHex(message), expected, `frame ${number}`);
      seen++;
    }
    assert.deepEqual(channel.open(message), ping);
  }
  assert.equal(seen, frames.rekey.frames.length);
});

test("Refuses every flipped bit, truncation and replay of a frame", () => {
  const ping = { kind: frame.FrameKind.ping, last: true, content: utf8("now") };
  const message = loopback().seal(ping, "off");
  for (let bit = 0; bit < message.length * 8; bit++) {
    assert.throws(() => loopback().open(flipBit(message, bit)), `bit ${bit}`);
  }
  for (let length = 0; length < message.length; length++) {
    assert.throws(() => loopback().open(message.slice(0, length)), `${length} bytes`);
  }
  const channel = loopback();
  channel.open(message);
  assert.throws(() => channel.open(message));
});

test("An erased channel neither seals nor opens", () => {
  const channel = loopback();
  channel.erase();
  assert.throws(() => channel.seal({ kind: frame.FrameKind.cover, last: true, content: empty }, "pad"));
});

test("Pads to the known lengths", () => {
  for (const { content, off, pad } of frames.paddedLength) {
    assert.equal(frame.channelMessageLength(content, "off"), off);
    assert.equal(frame.channelMessageLength(content, "pad"), pad);
  }
  assert.throws(() => frame.channelMessageLength(frame.MAXIMUM_CONTENT + 1, "off"));
});

test("Refuses unlawful plaintexts", () => {
  for (const { name, plaintext } of frames.refusedPlaintexts) {
    assert.throws(() => frame.readFrame(fromHex(plaintext)), name);
  }
});

test("Cuts and assembles messages as known", () => {
  for (const { name, length, contents } of frames.fragmentation) {
    const parts = [...frame.fragments(new Uint8Array(length))];
    assert.deepEqual(
      parts.map((part) => part.content.length),
      contents,
      name,
    );
    assert.deepEqual(
      parts.map((part) => part.last),
      contents.map((_, i) => i === contents.length - 1),
    );
  }
  for (const { name, frames: plaintexts, limit, messages, closes } of frames.assembly) {
    const assembler = new FrameAssembler(limit);
    const assembled: string[] = [];
    const feed = () => {
      for (const plaintext of plaintexts) {
        const part = frame.readFrame(fromHex(plaintext));
        const message = part.kind === frame.FrameKind.part ? assembler.add(part, 0) : undefined;
        if (message !== undefined) {
          assembled.push(new TextDecoder().decode(message));
        }
      }
    };
    if (closes === undefined) {
      feed();
    } else {
      assert.throws(feed, (error) => error instanceof MessageTooLarge && error.closeCode === closes, name);
    }
    assert.deepEqual(assembled, messages, name);
  }
});

test("A message that is not complete after 30 s is a violation", () => {
  const assembler = new FrameAssembler();
  const part = { kind: frame.FrameKind.part, last: false, content: utf8("x") };
  assembler.add(part, 0);
  assert.equal(assembler.isOverdue(MESSAGE_TIMEOUT_MS), false);
  assert.equal(assembler.isOverdue(MESSAGE_TIMEOUT_MS + 1), true);
  assert.throws(() => assembler.add(part, MESSAGE_TIMEOUT_MS + 1));
});

interface Run {
  mode: number;
  prologue: string;
  phoneStaticPrivate: string;
  phoneEphemeralPrivate: string;
  macStaticPrivate: string;
  macStaticPublic: string;
  macEphemeralPrivate: string;
  psk: string;
  payload1: string;
  payload2: string;
  message1: string;
  message2: string;
  handshakeHash: string;
  confirmationCode: string | null;
  firstPhoneFrame: { plaintext: string; channelMessage: string };
  firstMacFrame: { plaintext: string; channelMessage: string };
}

interface Payload {
  name: string;
  payload: string;
  device: string;
  deviceName: string | null;
  macName: string;
}

const handshake = vectors<{
  runs: Run[];
  payloads: { phone: Payload[]; mac: Payload[]; refusedAsPhone: Payload[] };
}>("quicpair/handshake.json");

test("Runs the known handshakes to their first frames", async () => {
  for (const run of handshake.runs) {
    const phone = new HandshakeState({
      pattern: IKpsk2,
      initiator: true,
      prologue: fromHex(run.prologue),
      staticKey: fromPrivateBytes(fromHex(run.phoneStaticPrivate)),
      ephemeral: async () => fromPrivateBytes(fromHex(run.phoneEphemeralPrivate)),
      remoteStatic: fromHex(run.macStaticPublic),
      psk: fromHex(run.psk),
    });
    const { device, name } = JSON.parse(run.payload1) as { device: string; name?: string };
    assert.equal(toHex(await phone.writeMessage(writePhonePayload(device, name))), run.message1);
    const payload2 = await phone.readMessage(fromHex(run.message2));
    assert.deepEqual(payload2, writeMacPayload(readMacName(payload2)));
    const transport = phone.split();
    assert.equal(toHex(transport.handshakeHash), run.handshakeHash);
    if (run.confirmationCode) {
      assert.equal(confirmationCode(transport.handshakeHash), run.confirmationCode);
    }
    const channel = new SecureChannel(transport);
    const ping = frame.readFrame(fromHex(run.firstPhoneFrame.plaintext));
    assert.equal(toHex(channel.seal(ping, "off")), run.firstPhoneFrame.channelMessage);
    const pong = channel.open(fromHex(run.firstMacFrame.channelMessage));
    assert.equal(toHex(frame.writeFrame(pong, "off")), run.firstMacFrame.plaintext);
  }
});

test("Reads handshake payloads as known", () => {
  for (const { name, payload, device, deviceName } of handshake.payloads.phone) {
    assert.deepEqual(readPhonePayload(fromHex(payload)), { device, name: deviceName ?? undefined }, name);
  }
  for (const { payload, macName } of handshake.payloads.mac) {
    assert.equal(readMacName(fromHex(payload)), macName);
  }
  for (const { name, payload } of handshake.payloads.refusedAsPhone) {
    if (name !== "duplicate name") {
      assert.throws(() => readPhonePayload(fromHex(payload)), name);
    }
  }
});

interface MessageCase {
  name: string;
  from: "phone" | "mac";
  text: string;
  hex?: string;
  value: Record<string, unknown>;
  strictOnMac?: boolean;
  notForPages?: boolean;
  pageReads?: Record<string, unknown>;
}

const messages = vectors<{ exact: MessageCase[]; refusedByMac: MessageCase[] }>("quicpair/messages.json");

test("Writes messages to the byte", () => {
  for (const { name, text, value } of messages.exact) {
    assert.equal(new TextDecoder().decode(writeJson(value)), text, name);
  }
});

test("Reads every message of a Mac", () => {
  const fromMac = messages.exact.filter((message) => message.from === "mac");
  assert.ok(fromMac.length > 10);
  for (const { name, text, value, notForPages, pageReads } of fromMac) {
    const read = readMessage(utf8(text));
    assert.equal(read === undefined, notForPages === true, name);
    if (read === undefined) {
      continue;
    }
    for (const [field, expected] of Object.entries(pageReads ?? value)) {
      if (field !== "k" && field !== "arguments") {
        assert.deepEqual(Reflect.get(read, field), expected, `${name}: ${field}`);
      }
    }
  }
  assert.equal(readMessage(utf8('{"op":"of a later version"}')), undefined);
});

test("Refuses text that is not one JSON object in UTF-8", () => {
  const broken = [
    "not JSON",
    "empty",
    "an array",
    "byte order mark",
    "invalid UTF-8",
    "overlong UTF-8",
    "two values",
  ];
  const cases = messages.refusedByMac.filter(({ name }) => broken.includes(name) || /surrogate/.test(name));
  assert.ok(cases.length >= broken.length);
  for (const { name, text, hex } of cases) {
    assert.throws(() => readJsonObject(hex === undefined ? utf8(text) : fromHex(hex)), name);
  }
});

test("Refuses malformed messages of a Mac", () => {
  for (const text of [
    "{}",
    '{"op":1}',
    '{"op":"delta"}',
    '{"op":"delta","content":1}',
    '{"op":"delta","content":"x","seq":-1}',
    '{"op":"delta","content":"x","seq":1.5}',
    '{"op":"paired","k":"AAAA"}',
    '{"op":"status","id":"a","stage":"dreaming"}',
    '{"op":"error","code":"not_allowed","message":"x","until":"soon"}',
    '{"op":"models","models":[1]}',
  ]) {
    assert.throws(() => readMessage(utf8(text)), text);
  }
});

test("Writes lone surrogates as U+FFFD", () => {
  assert.deepEqual(writeJson({ a: "x\ud800" }), concat(utf8('{"a":"x\ufffd"}')));
});

test("Knows every error code", () => {
  const known = vectors<{ errorCodes: string[]; closeCodes: Record<string, number> }>("quicpair/errors.json");
  assert.deepEqual([...errorCodes], known.errorCodes);
  assert.deepEqual(Object.values(frame.CloseCode), Object.values(known.closeCodes));
});
