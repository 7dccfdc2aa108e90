// A Mac in a browser page: the other side of the phone page's own protocol code, behind a real RTCPeerConnection. It
// says what a test wants, also what a well-behaved Mac would not. The real Mac is tested with real processes.
import { sha256 } from "@noble/hashes/sha2.js";
import {
  type Bytes,
  concat,
  equal,
  fromBase64Url,
  randomBytes,
  toBase64Url,
} from "../../../Web/src/bytes.ts";
import { fromPrivateBytes, generate, open } from "../../../Web/src/noise/diffieHellman.ts";
import { HandshakeState } from "../../../Web/src/noise/handshakeState.ts";
import { IKpsk2 } from "../../../Web/src/noise/pattern.ts";
import { fragments, type Frame, FrameKind } from "../../../Web/src/protocol/frame.ts";
import { FrameAssembler } from "../../../Web/src/protocol/frameAssembler.ts";
import { readPhonePayload, writeMacPayload } from "../../../Web/src/protocol/handshakePayload.ts";
import { type JsonObject, readJsonObject, writeJson } from "../../../Web/src/protocol/json.ts";
import * as keys from "../../../Web/src/protocol/keySchedule.ts";
import { formatLink } from "../../../Web/src/protocol/link.ts";
import { authenticateAnswer, authenticateOffer } from "../../../Web/src/protocol/offerAuthentication.ts";
import { type Mode, writePrologue } from "../../../Web/src/protocol/prologue.ts";
import { ChannelMessage, SecureChannel } from "../../../Web/src/protocol/secureChannel.ts";
import { checkSdp } from "../../../Web/src/protocol/signaledSdp.ts";

interface Offer {
  readonly sdp: string;
  readonly ts: number;
  readonly nonce: string;
  readonly versions: number[];
  readonly auth: string;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

interface Flags {
  readonly localOnly?: boolean;
  readonly ownerConfirms?: boolean;
  readonly expiredFor?: number;
}

const fingerprintLine = /^a=fingerprint:sha-256 .*$/m;
const otherFingerprint = `a=fingerprint:sha-256 ${Array<string>(32).fill("A7").join(":")}`;

/** What the next things that happen are like. */
const behaviour = {
  /** The owner lets the phone wait; `confirm()` goes on. */
  ownerWaits: false,
  /** It goes away once: the phone has its keys, the Mac has noted that, and has not said so. */
  diesAtAck: false,
  /** The second handshake message is noise of another kind. */
  breakHandshake: false,
  /** Answers name a certificate that this Mac does not have. */
  namesOtherCertificate: false,
  /** The clock of this Mac, in seconds from the phone's. */
  clockOffset: 0,
};

class TestMac {
  readonly behaviour = behaviour;
  /** Every message of the phone, in order, and what its offers were. */
  readonly heard: JsonObject[] = [];
  readonly modes: Mode[] = [];
  readonly names: (string | undefined)[] = [];
  restarts = 0;
  code = "";
  confirm: () => void = () => undefined;
  readonly #key = fromPrivateBytes(randomBytes(32));
  readonly #logs = new Map<string, object[]>();
  #secret = randomBytes(32);
  #invitation: keys.PairingKeys | undefined;
  #lasting: keys.PairingKeys | undefined;
  #pending: keys.PairingKeys | undefined;
  #connections: RTCPeerConnection[] = [];
  // All answers of one connection have the same.
  readonly #nonces = new Map<RTCPeerConnection, Bytes>();
  #sendFrame: (frame: Frame) => void = () => undefined;

  /** A new link, which voids everything before. */
  invite(origin: string, flags: Flags = {}): string {
    this.#secret = randomBytes(32);
    this.#invitation = keys.invitationKeys(this.#secret);
    this.#lasting = undefined;
    return this.link(origin, flags);
  }

  /** The link of the last invitation, also when it is used. */
  link(origin: string, flags: Flags = {}): string {
    return formatLink({
      origin,
      macPublicKey: this.#key.publicKey,
      secret: this.#secret,
      expiry: Math.floor(Date.now() / 1000) + 120 - (flags.expiredFor ?? 0),
      localOnly: flags.localOnly ?? false,
      ownerConfirms: flags.ownerConfirms ?? false,
    });
  }

  async offer(offer: Offer): Promise<Reply> {
    const nonce = exactly(fromBase64Url(offer.nonce, 16));
    const now = Math.floor(Date.now() / 1000) + behaviour.clockOffset;
    const found = ([2, 1] as const).find((candidate) => {
      const { offerKey } = (candidate === 2 ? this.#lasting : this.#invitation) ?? {};
      const { ts, versions, sdp, auth } = offer;
      return (
        offerKey !== undefined &&
        equal(exactly(fromBase64Url(auth, 16)), authenticateOffer(offerKey, ts, nonce, versions, sdp))
      );
    });
    const pairing = found === 2 ? this.#lasting : this.#invitation;
    if (found === undefined || pairing === undefined || Math.abs(offer.ts - now) > 300) {
      return { status: 403, body: { code: "refused", now } };
    }
    const { fingerprint } = checkSdp(offer.sdp);
    // A verified offer with the certificate of a live peer is an ICE restart of it.
    const live = this.#connections.find(({ remoteDescription }) =>
      equal(exactly(checkSdp(exactly(remoteDescription).sdp).fingerprint), exactly(fingerprint)),
    );
    const connection = live ?? new RTCPeerConnection();
    if (live === undefined) {
      this.modes.push(found);
      this.#connections.push(connection);
    } else if (userFragment(exactly(live.remoteDescription).sdp) !== userFragment(offer.sdp)) {
      this.restarts++;
    }
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered(connection);
    const own = exactly(connection.localDescription).sdp;
    const sdp = behaviour.namesOtherCertificate ? own.replace(fingerprintLine, otherFingerprint) : own;
    const answerNonce = this.#nonces.get(connection) ?? randomBytes(16);
    this.#nonces.set(connection, answerNonce);
    // The handshake is bound to the first offer of a connection, whatever candidates follow in later ones.
    connection.ondatachannel ??= ({ channel }) => {
      const seen = connection.sctp?.transport as unknown as { getRemoteCertificates(): ArrayBuffer[] };
      const prologue = writePrologue({
        mode: found,
        phoneCertificate: Uint8Array.from(sha256(new Uint8Array(exactly(seen.getRemoteCertificates()[0])))),
        macCertificate: exactly(checkSdp(sdp).fingerprint),
        offerNonce: nonce,
        answerNonce,
        versions: offer.versions,
        chosen: 1,
      });
      void this.#serve(channel, found, pairing, prologue);
    };
    const auth = toBase64Url(authenticateAnswer(pairing.offerKey, nonce, answerNonce, 1, sdp));
    return { status: 200, body: { v: 1, sdp, nonce: toBase64Url(answerNonce), version: 1, auth } };
  }

  /** To the session that is live. */
  say(message: object): void {
    for (const frame of fragments(writeJson(message))) {
      this.#sendFrame(frame);
    }
  }

  /** An entry of an answer's log: numbered, kept for a resume, and sent. */
  answer(id: string, ...entries: object[]): void {
    const log = this.#logs.get(id) ?? [];
    this.#logs.set(id, log);
    for (const entry of entries) {
      log.push({ ...entry, id, seq: log.length + 1 });
      this.say(exactly(log.at(-1)));
    }
  }

  close(code: number): void {
    this.#sendFrame({ kind: FrameKind.close, last: true, content: Uint8Array.of(code) });
  }

  revoke(): void {
    this.#lasting = undefined;
    this.#invitation = undefined;
    this.close(6);
  }

  /** The network is gone; the phone is not told why. */
  drop(): void {
    for (const connection of this.#connections.splice(0)) {
      connection.close();
    }
  }

  async #serve(
    channel: RTCDataChannel,
    mode: Mode,
    pairing: keys.PairingKeys,
    prologue: Bytes,
  ): Promise<void> {
    channel.binaryType = "arraybuffer";
    const messages = incoming(channel);
    const handshake = new HandshakeState({
      pattern: IKpsk2,
      initiator: false,
      prologue,
      staticKey: this.#key,
      ephemeral: async () => open(await generate("bytes")),
    });
    const message1 = await messages();
    const { device, name } = readPhonePayload(await handshake.readMessage(message1.slice(1)));
    this.names.push(name);
    if (message1[0] !== ChannelMessage.handshake1 || device !== keys.deviceId(this.#secret)) {
      throw new Error("not this phone");
    }
    handshake.setPsk(behaviour.breakHandshake ? randomBytes(32) : pairing.psk);
    const message2 = await handshake.writeMessage(writeMacPayload("Studio"));
    channel.send(concat(Uint8Array.of(ChannelMessage.handshake2), message2));
    const transport = handshake.split();
    const sealed = new SecureChannel(transport);
    this.#sendFrame = (frame) => channel.readyState === "open" && channel.send(sealed.seal(frame, "pad"));
    this.code = keys.confirmationCode(transport.handshakeHash);
    if (mode === 1) {
      if (behaviour.ownerWaits) {
        await new Promise<void>((resolve) => (this.confirm = resolve));
      }
      const k = randomBytes(32);
      this.#pending = keys.lastingKeys(this.#secret, k, transport.handshakeHash);
      this.say({ op: "paired", k: toBase64Url(k) });
    }
    const assembler = new FrameAssembler();
    for (;;) {
      const frame = sealed.open(await messages());
      const json = frame.kind === FrameKind.part ? assembler.add(frame, performance.now()) : undefined;
      if (frame.kind === FrameKind.ping) {
        this.#sendFrame({ ...frame, kind: FrameKind.pong });
      } else if (json !== undefined) {
        this.#hear(readJsonObject(json));
      }
    }
  }

  #hear(message: JsonObject): void {
    this.heard.push(message);
    switch (message["op"]) {
      case "paired_ack":
        this.#lasting = this.#pending;
        this.#invitation = undefined;
        if (behaviour.diesAtAck) {
          behaviour.diesAtAck = false;
          this.drop();
        } else {
          this.say({ op: "paired_done" });
        }
        return;
      case "models":
        this.say({
          op: "models",
          models: [
            { name: "qwen2.5:3b", size: 1_929_912_432, loaded: true, remote: false, capabilities: [] },
            { name: "gpt-oss:120b-cloud", size: 0, loaded: false, remote: true, capabilities: [] },
          ],
        });
        return;
      case "resume": {
        const log = this.#logs.get(String(message["id"]));
        const missed = (log ?? []).slice(Number(message["after"]));
        missed.forEach((entry) => this.say(entry));
        if (log === undefined) {
          this.say({ op: "error", id: message["id"], for: "resume", code: "not_found", message: "Unknown." });
        }
        return;
      }
      case "cancel":
        this.answer(String(message["id"]), { op: "error", code: "cancelled", message: "Cancelled." });
        return;
    }
  }
}

function incoming(channel: RTCDataChannel): () => Promise<Bytes> {
  const queue: Bytes[] = [];
  let arrived: () => void = () => undefined;
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    queue.push(new Uint8Array(data));
    arrived();
  };
  return async () => {
    while (queue.length === 0) {
      await new Promise<void>((resolve) => (arrived = resolve));
    }
    return exactly(queue.shift());
  };
}

/** An offer with the one that the connection has only adds candidates. */
function userFragment(sdp: string): string | undefined {
  return /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1];
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const check = () => connection.iceGatheringState === "complete" && resolve();
    connection.onicegatheringstatechange = check;
    check();
  });
}

function exactly<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) {
    throw new Error("missing");
  }
  return value;
}

Object.assign(globalThis, { mac: new TestMac() });
