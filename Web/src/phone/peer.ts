import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, equal } from "../bytes.ts";
import { isPrivateHost } from "../protocol/privateHost.ts";
import { checkSdp } from "../protocol/signaledSdp.ts";
import { Inbox } from "./inbox.ts";
import { LateCandidates } from "./lateCandidates.ts";
import { Problem, type ProblemCode, within } from "./problem.ts";
import { ServerErrors } from "./serverErrors.ts";
import type { SignaledAnswer } from "./signaling.ts";

/** Sends an offer and gives the Mac's answer. */
export type Exchange = (sdp: string) => Promise<SignaledAnswer>;

export type Path = "local" | "direct" | "relay";

const LABEL = "llm";

/** The offer leaves when gathering is complete, or after this time: a dead STUN server must not delay it. */
const GATHERING_MS = 300;
const OPEN_TIMEOUT_MS = 20_000;
const MAXIMUM_CANDIDATES = 32;

/** One RTCPeerConnection with its one data channel. Each has a fresh DTLS certificate. */
export class Peer {
  readonly channel: RTCDataChannel;
  readonly inbox: Inbox;
  readonly #connection: RTCPeerConnection;
  readonly #exchange: Exchange;
  readonly #serverErrors: ServerErrors;
  #macFingerprint: Bytes | undefined;
  #negotiation = 0;
  #isLooking = true;

  private constructor(iceServers: RTCIceServer[], exchange: Exchange) {
    const connection = newConnection(iceServers);
    this.#connection = connection;
    this.#exchange = exchange;
    this.#serverErrors = new ServerErrors(iceServers);
    connection.onicecandidateerror = (event) => this.#serverErrors.note(event);
    this.channel = connection.createDataChannel(LABEL, { ordered: true });
    this.channel.binaryType = "arraybuffer";
    this.inbox = new Inbox(this.channel);
  }

  /** Connects until the channel is open. `onAnswer` says when the Mac has answered. */
  static async connect(
    iceServers: RTCIceServer[],
    exchange: Exchange,
    onAnswer: () => void,
  ): Promise<{ peer: Peer; answer: SignaledAnswer; phoneCertificate: Bytes; macCertificate: Bytes }> {
    if (typeof RTCPeerConnection === "undefined") {
      throw new Problem("no_webrtc");
    }
    const peer = new Peer(iceServers, exchange);
    try {
      const answer = await peer.#negotiate();
      onAnswer();
      await within(OPEN_TIMEOUT_MS, peer.#opened(), "no_path").catch(() => {
        throw new Problem(peer.#cause());
      });
      peer.found();
      const { fingerprint } = checkSdp(peer.#connection.localDescription?.sdp ?? "");
      if (fingerprint === undefined) {
        throw new Problem("no_webrtc");
      }
      return { peer, answer, phoneCertificate: fingerprint, macCertificate: peer.#seenCertificate(answer) };
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /**
   * New ICE credentials over the same DTLS association; the session above does not notice. Of several at once the
   * last counts: the others may have begun in a network that is gone.
   */
  async restart(): Promise<void> {
    this.#isLooking = true;
    await this.#negotiate({ iceRestart: true });
  }

  /** The Mac was heard: nothing that is found later has to be told. */
  found(): void {
    this.#isLooking = false;
  }

  /** Calls back once when the connection is gone, and each time that it seems to be. */
  watch(onGone: () => void, onDoubt: () => void): void {
    this.channel.onclose = onGone;
    this.#connection.onconnectionstatechange = () => {
      const state = this.#connection.connectionState;
      if (state === "failed" || state === "closed") {
        onGone();
      } else if (state === "disconnected") {
        onDoubt();
      }
    };
  }

  /** How the packets go, from the pair of candidates in use. */
  async path(): Promise<Path | undefined> {
    const stats = await this.#connection.getStats();
    let pairId: string | undefined;
    for (const entry of stats.values()) {
      if (entry.type === "transport" && entry.selectedCandidatePairId !== undefined) {
        pairId = entry.selectedCandidatePairId;
      } else if (entry.type === "candidate-pair" && entry.selected === true) {
        pairId = entry.id;
      }
    }
    const pair = pairId === undefined ? undefined : stats.get(pairId);
    const local = stats.get(pair?.localCandidateId);
    const remote = stats.get(pair?.remoteCandidateId);
    if (local === undefined || remote === undefined) {
      return undefined;
    }
    if (local.candidateType === "relay" || remote.candidateType === "relay") {
      return "relay";
    }
    const address = String(remote.address ?? remote.ip ?? "");
    // Browsers hide the addresses of their own network behind names that end in .local, or leave them out.
    const isHidden = address === "" && remote.candidateType === "host";
    return isHidden || isPrivateHost(address) ? "local" : "direct";
  }

  close(): void {
    this.channel.onclose = null;
    this.#connection.onconnectionstatechange = null;
    this.#connection.onicecandidate = null;
    this.#connection.close();
  }

  async #negotiate(options?: RTCOfferOptions): Promise<SignaledAnswer> {
    const connection = this.#connection;
    const number = ++this.#negotiation;
    await connection.setLocalDescription(await connection.createOffer(options));
    const complete = gatheringComplete(connection);
    await Promise.race([complete, new Promise((resolve) => setTimeout(resolve, GATHERING_MS))]);
    const sent = withFewCandidates(connection.localDescription?.sdp ?? "");
    const answer = await this.#exchange(sent);
    if (number !== this.#negotiation) {
      // Its offer left by a network that is gone.
      throw new Problem("front_door_unreachable");
    }
    this.#macFingerprint ??= answer.fingerprint;
    if (!equal(this.#macFingerprint, answer.fingerprint)) {
      // A restart goes on with the same DTLS association.
      throw new Problem("lost");
    }
    await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    const late = new LateCandidates(
      sent,
      () => withFewCandidates(connection.localDescription?.sdp ?? ""),
      this.#exchange,
      () => this.#isLooking && number === this.#negotiation,
    );
    connection.onicecandidate = () => late.found();
    return answer;
  }

  #cause(): ProblemCode {
    const { localDescription, iceGatheringState } = this.#connection;
    return this.#serverErrors.cause(localDescription?.sdp ?? "", iceGatheringState !== "complete");
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.channel.readyState === "open") {
        resolve();
      }
      this.channel.onopen = () => resolve();
      this.watch(
        () => reject(new Problem("no_path")),
        () => undefined,
      );
    });
  }

  /** The certificate that DTLS really saw, where the platform shows it; it must be the signaled one. */
  #seenCertificate(answer: SignaledAnswer): Bytes {
    const transport = this.#connection.sctp?.transport as
      (RTCDtlsTransport & { getRemoteCertificates?: () => ArrayBuffer[] }) | undefined;
    const seen = transport?.getRemoteCertificates?.()[0];
    if (seen === undefined) {
      return answer.fingerprint;
    }
    const hash = Uint8Array.from(sha256(new Uint8Array(seen)));
    if (!equal(hash, answer.fingerprint)) {
      throw new Problem("answer_forged");
    }
    return hash;
  }
}

function newConnection(iceServers: RTCIceServer[]): RTCPeerConnection {
  try {
    return new RTCPeerConnection({ iceServers });
  } catch {
    // A TURN address that a person typed may be one that the browser does not accept.
    return new RTCPeerConnection();
  }
}

function gatheringComplete(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.iceGatheringState === "complete") {
        resolve();
      }
    };
    connection.addEventListener("icegatheringstatechange", check);
    check();
  });
}

function withFewCandidates(sdp: string): string {
  let candidates = 0;
  return sdp.replace(/^a=candidate:.*\r\n/gm, (line) => (++candidates > MAXIMUM_CANDIDATES ? "" : line));
}
