import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toBase64Url, toHex, utf8 } from "../src/bytes.ts";
import { fromPrivateBytes } from "../src/noise/diffieHellman.ts";
import { deviceId, macId, vouchedKeys } from "../src/protocol/keySchedule.ts";
import { ProtocolViolation } from "../src/protocol/json.ts";
import { readMessage } from "../src/protocol/messages.ts";
import { sealedPayload, sealedPrologue, sealPairing } from "../src/protocol/sealedPairing.ts";
import { vectors } from "./vectors.ts";

interface Vouching {
  voucherMac: string;
  targetMac: string;
  targetStaticPublic: string;
  device: string;
  secret: string;
  phoneStaticPublic: string;
  name: string;
  sealedEphemeralPrivate: string;
  sealedPrologue: string;
  sealedPayload: string;
  sealed: string;
  vouchedDevice: string;
  psk: string;
  offerKey: string;
  macsReply: string;
  vouchRequest: string;
  vouched: string;
  refused: string[];
}

const answer = vectors<Vouching>("quicpair/vouching.json");
const to = {
  voucherMac: answer.voucherMac,
  voucherDevice: answer.device,
  mac: answer.targetMac,
  macPublicKey: fromHex(answer.targetStaticPublic),
};

test("Seals a pairing to the byte", async () => {
  const [secret, phone] = [fromHex(answer.secret), fromHex(answer.phoneStaticPublic)];
  assert.equal(toHex(sealedPrologue(to)), answer.sealedPrologue);
  assert.equal(toHex(sealedPayload(secret, phone, answer.name)), answer.sealedPayload);
  const ephemeral = async () => fromPrivateBytes(fromHex(answer.sealedEphemeralPrivate));
  const sealed = await sealPairing(to, secret, phone, answer.name, ephemeral);
  assert.equal(toHex(sealed), answer.sealed);
  const request = { op: "vouch", id: "v1", mac: answer.targetMac, sealed: toBase64Url(sealed) };
  assert.equal(JSON.stringify(request), answer.vouchRequest);
});

test("Derives the keys of a pairing that another Mac vouches for", () => {
  const keys = vouchedKeys(fromHex(answer.secret));
  assert.equal(toHex(keys.psk), answer.psk);
  assert.equal(toHex(keys.offerKey), answer.offerKey);
  assert.equal(deviceId(fromHex(answer.secret)), answer.vouchedDevice);
});

test("Reads the Macs that another one names, and that it vouched", () => {
  const macs = readMessage(utf8(answer.macsReply));
  assert.ok(macs?.op === "macs");
  assert.deepEqual(
    macs.macs.map(({ mac, name, key }) => [mac, name, macId(key)]),
    [[answer.targetMac, "Studio", answer.targetMac]],
  );
  assert.deepEqual(readMessage(utf8(answer.vouched)), { op: "vouched", id: "v1", mac: answer.targetMac });
});

test("Refuses a key that is not the Mac's, and what is incomplete", () => {
  const fromMacs = answer.refused.filter((text) => !text.includes('"vouch"'));
  assert.ok(fromMacs.length >= 4);
  for (const text of fromMacs) {
    assert.throws(() => readMessage(utf8(text)), ProtocolViolation);
  }
});
