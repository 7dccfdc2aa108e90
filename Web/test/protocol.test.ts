import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64Url, fromHex, toBase64Url, toHex } from "../src/bytes.ts";
import {
  confirmationCode,
  deviceId,
  invitationKeys,
  lastingKeys,
  macId,
} from "../src/protocol/keySchedule.ts";
import { EXPIRY_TOLERANCE_SECONDS, formatLink, isExpired, readLink } from "../src/protocol/link.ts";
import { linkSentences } from "../src/protocol/link.ts";
import { cleanName } from "../src/protocol/name.ts";
import * as auth from "../src/protocol/offerAuthentication.ts";
import { type Mode, writePrologue } from "../src/protocol/prologue.ts";
import { checkSdp } from "../src/protocol/signaledSdp.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { vectors } from "./vectors.ts";

interface LinkCase {
  name: string;
  link: string;
  /** How a link that is read is written, where that is another text. */
  written?: string;
  origin: string;
  macPublicKey: string;
  secret: string;
  expiry: number;
  flags: number;
  macId: string;
  deviceId: string;
  problem: keyof typeof linkSentences;
}

const links = vectors<{ accepted: LinkCase[]; refused: LinkCase[] }>("quicpair/link.json");

test("Reads every lawful link and writes what it reads", () => {
  assert.ok(links.accepted.length > 0);
  for (const expected of links.accepted) {
    const { link, problem } = readLink(expected.link);
    assert.ok(link !== undefined, `${expected.name}: ${problem}`);
    assert.equal(link.origin, expected.origin, expected.name);
    assert.equal(toHex(link.macPublicKey), expected.macPublicKey);
    assert.equal(toHex(link.secret), expected.secret);
    assert.equal(link.expiry, expected.expiry);
    assert.equal(Number(link.localOnly) + 2 * Number(link.ownerConfirms), expected.flags);
    assert.equal(macId(link.macPublicKey), expected.macId);
    assert.equal(deviceId(link.secret), expected.deviceId);
    assert.equal(formatLink(link), expected.written ?? expected.link);
  }
});

test("Refuses every other link with a sentence for its cause", () => {
  for (const { name, link, problem } of links.refused) {
    assert.equal(readLink(link).problem, problem, name);
    assert.match(linkSentences[problem], /\.$/);
  }
});

test("A link is expired for a phone only 15 minutes after the Mac's time", () => {
  const { link } = readLink(links.accepted[0]?.link ?? "");
  assert.ok(link !== undefined);
  assert.equal(isExpired(link, link.expiry + EXPIRY_TOLERANCE_SECONDS), false);
  assert.equal(isExpired(link, link.expiry + EXPIRY_TOLERANCE_SECONDS + 1), true);
});

test("Derives the known ids and keys", () => {
  interface Invitation {
    secret: string;
    deviceId: string;
    psk: string;
    offerKey: string;
  }
  interface Lasting extends Invitation {
    k: string;
    handshakeHash: string;
  }
  const keys = vectors<{
    invitation: Invitation[];
    lasting: Lasting[];
    confirmationCode: { handshakeHash: string; code: string }[];
  }>("quicpair/keys.json");
  for (const expected of keys.invitation) {
    const secret = fromHex(expected.secret);
    assert.equal(deviceId(secret), expected.deviceId);
    assert.equal(toHex(invitationKeys(secret).psk), expected.psk);
    assert.equal(toHex(invitationKeys(secret).offerKey), expected.offerKey);
  }
  for (const { secret, k, handshakeHash, psk, offerKey } of keys.lasting) {
    const derived = lastingKeys(fromHex(secret), fromHex(k), fromHex(handshakeHash));
    assert.equal(toHex(derived.psk), psk);
    assert.equal(toHex(derived.offerKey), offerKey);
  }
  for (const { handshakeHash, code } of keys.confirmationCode) {
    assert.equal(confirmationCode(fromHex(handshakeHash)), code);
  }
});

test("Authenticates offers, answers and ice requests as known", () => {
  interface Offer {
    key: string;
    ts: number;
    nonce: string;
    versions: number[];
    sdp: string;
    auth: string;
  }
  interface Answer extends Offer {
    offerNonce: string;
    answerNonce: string;
    version: number;
  }
  const known = vectors<{ offers: Offer[]; answers: Answer[]; ice: Offer[] }>("quicpair/offer.json");
  for (const { key, ts, nonce, versions, sdp, auth: expected } of known.offers) {
    assert.equal(toHex(auth.authenticateOffer(fromHex(key), ts, fromHex(nonce), versions, sdp)), expected);
  }
  for (const { key, offerNonce, answerNonce, version, sdp, auth: expected } of known.answers) {
    const nonces = [fromHex(offerNonce), fromHex(answerNonce)] as const;
    assert.equal(toHex(auth.authenticateAnswer(fromHex(key), ...nonces, version, sdp)), expected);
  }
  for (const { key, ts, nonce, versions, auth: expected } of known.ice) {
    assert.equal(toHex(auth.authenticateIce(fromHex(key), ts, fromHex(nonce), versions)), expected);
  }
});

test("Writes the known prologues", () => {
  interface Case {
    mode: Mode;
    phoneCertificate: string;
    macCertificate: string;
    offerNonce: string;
    answerNonce: string;
    versions: number[];
    chosen: number;
    prologue: string;
  }
  for (const known of vectors<{ cases: Case[] }>("quicpair/prologue.json").cases) {
    const written = writePrologue({
      mode: known.mode,
      phoneCertificate: Uint8Array.from(sha256(fromHex(known.phoneCertificate))),
      macCertificate: Uint8Array.from(sha256(fromHex(known.macCertificate))),
      offerNonce: fromHex(known.offerNonce),
      answerNonce: fromHex(known.answerNonce),
      versions: known.versions,
      chosen: known.chosen,
    });
    assert.equal(toHex(written), known.prologue);
  }
});

test("Names certificates in the prologue as libp2p does", () => {
  const known = vectors<Record<"client_fingerprint" | "server_fingerprint" | "prologue", string>>(
    "libp2p/webrtc-direct-prologue.json",
  );
  const label = "quicpair/1\0";
  const written = writePrologue({
    mode: 1,
    phoneCertificate: fromHex(known.client_fingerprint),
    macCertificate: fromHex(known.server_fingerprint),
    offerNonce: new Uint8Array(16),
    answerNonce: new Uint8Array(16),
    versions: [1],
    chosen: 1,
  });
  const certificates = fromHex(known.prologue).slice("libp2p-webrtc-noise:".length);
  const start = label.length + 1;
  assert.equal(toHex(written.slice(start, start + certificates.length)), toHex(certificates));
});

test("Accepts and refuses descriptions as known", () => {
  interface Case {
    name: string;
    sdp: string;
    fingerprint: string;
    problem: string;
  }
  const known = vectors<{ accepted: Case[]; refused: Case[] }>("quicpair/sdp.json");
  for (const { name, sdp, fingerprint } of known.accepted) {
    const checked = checkSdp(sdp);
    assert.ok(checked.fingerprint !== undefined, `${name}: ${checked.problem}`);
    assert.equal(toHex(checked.fingerprint), fingerprint);
  }
  for (const { name, sdp, problem } of known.refused) {
    assert.equal(checkSdp(sdp).problem, problem, name);
  }
});

test("Cleans names as known", () => {
  for (const { in: name, out } of vectors<{ cases: { in: string; out: string }[] }>("quicpair/names.json")
    .cases) {
    assert.equal(cleanName(name), out);
  }
});

test("base64url is strict", () => {
  for (const length of [16, 32, 72]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 0xff);
    const encoded = toBase64Url(bytes);
    assert.deepEqual(fromBase64Url(encoded, length), bytes);
    for (const bad of [
      `${encoded}=`,
      ` ${encoded}`,
      encoded.slice(1),
      encoded.replace(/.$/, "+"),
      `${encoded}A`,
    ]) {
      assert.equal(fromBase64Url(bad, length), undefined);
    }
  }
  assert.equal(fromBase64Url("AAAAAAAAAAAAAAAAAAAAAB", 16), undefined, "unused bits set");
});
