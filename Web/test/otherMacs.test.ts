import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairedMac } from "../src/phone/database.ts";
import { otherMacs, standIns } from "../src/phone/otherMacs.ts";

const keys = { psk: new Uint8Array(32), offerKey: new Uint8Array(32) };

function mac(deviceId: string, usedAt: number, change: Partial<PairedMac> = {}): PairedMac {
  return {
    deviceId,
    macId: `mac of ${deviceId}`,
    macPublicKey: new Uint8Array(32),
    macName: deviceId,
    localOnly: false,
    ownerConfirms: false,
    expiry: 0,
    key: { kind: "bytes", publicKey: new Uint8Array(32), privateKey: new Uint8Array(32) },
    secret: undefined,
    lasting: keys,
    usedAt,
    ...change,
  };
}

const self = mac("self", 9);
const names = (macs: readonly PairedMac[]) => macs.map(({ deviceId }) => deviceId);

test("Lists the other Macs, but none that has not accepted this phone", () => {
  const all = [self, mac("asked", 1, { vouching: "asked" }), mac("accepted", 0, { vouching: "accepted" }), mac("b", 2)];
  assert.deepEqual(names(otherMacs(all, self)), ["accepted", "b"]);
});

test("The Mac used last stands in first for one that is away, and three at most do", () => {
  const all = [mac("a", 1), self, mac("b", 4), mac("c", 3), mac("d", 2)];
  assert.deepEqual(names(standIns(all, self)), ["b", "c", "d"]);
});

test("Neither the same Mac nor a pairing that is not complete stands in", () => {
  const all = [self, mac("same", 5, { macId: self.macId }), mac("half", 4, { lasting: undefined }), mac("a", 1)];
  assert.deepEqual(names(standIns(all, self)), ["a"]);
});
