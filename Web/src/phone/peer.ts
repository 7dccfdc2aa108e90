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

/**
 * The servers of this moment: credentials of a TURN server end. Those that are told too late for a first offer go to
 * `onLate`; without it they are for a restart, which does not wait for them.
 */
export type IceServers = (onLate?: (servers: RTCIceServer[]) => void) => Promise<RTCIceServer[]>;

export type Path = "local" | "direct" | "relay";

const LABEL = "llm";

/** The offer leaves when gathering is complete, or after this time: a dead STUN server must not delay it. */
const GATHERING_MS = 300;
const OPEN_TIMEOUT_MS = 20_000;

/** A way without servers is found by then, some round trips after the answer. */
const WITHOUT_SERVERS_MS = 1_000;
const MAXIMUM_CANDIDATES = 32;

/** One RTCPeerConnection with its one data channel. Each has a fresh DTLS certificate. */
export class Peer {
  readonly channel: RTCDataChannel;
  readonly inbox: Inbox;
  readonly #connection: RTCPeerConnection;
  readonly #exchange: Exchange;
  readonly #iceServers: IceServers;
  #serverErrors: ServerErrors;
  #macFingerprint: Bytes | undefined;
  #answerNonce: Bytes | undefined;
  #negotiation = 0;
  #isLooking = true;

  private constructor(known: RTCIceServer[], iceServers: IceServers, exchange: Exchange) {
    const connection = newConnection(known);
    this.#connection = connection;
    this.#exchange = exchange;
    this.#iceServers = iceServers;
    this.#serverErrors = new ServerErrors(known);
    connection.onicecandidateerror = (event) => this.#serverErrors.note(event);
    this.channel = connection.createDataChannel(LABEL, { ordered: true });
    this.channel.binaryType = "arraybuffer";
    this.inbox = new Inbox(this.channel);
  }

  /** Connects until the channel is open. `onAnswer` says when the Mac has answered; `givenUp` closes the connection. */
  static async connect(
    iceServers: IceServers,
    exchange: Exchange,
    onAnswer: () => void,
    givenUp?: AbortSignal,
  ): Promise<{ peer: Peer; answer: SignaledAnswer; phoneCertificate: Bytes; macCertificate: Bytes }> {
    if (typeof RTCPeerConnection === "undefined") {
      throw new Problem("no_webrtc");
    }
    let tell: (servers: RTCIceServer[]) => void = () => undefined;
    const late = new Promise<RTCIceServer[]>((resolve) => (tell = resolve));
    const peer = new Peer(await iceServers(tell), iceServers, exchange);
    givenUp?.addEventListener("abort", () => peer.close(), { once: true });
    try {
      givenUp?.throwIfAborted();
      const answer = await peer.#negotiate();
      givenUp?.throwIfAborted();
      onAnswer();
      void late.then((servers) => peer.#lookAgain(servers));
      await within(OPEN_TIMEOUT_MS, peer.#opened(), "no_path").catch(() => {
        throw new Problem(peer.#cause());
      });
      peer.found();
      peer.watch(() => peer.inbox.lose());
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
    configure(this.#connection, await this.#iceServers());
    await this.#negotiate({ iceRestart: true });
  }

  /** The Mac was heard: nothing that is found later has to be told. */
  found(): void {
    this.#isLooking = false;
  }

  /**
   * Calls back when the connection is gone, also if it is already, and each time that only its path seems to be: one
   * whose addresses are all gone has failed at once, and may be restarted. Without `onDoubt` it is gone then.
   */
  watch(onGone: () => void, onDoubt?: (hasFailed: boolean) => void): void {
    this.channel.onclose = onGone;
    this.#connection.onconnectionstatechange = () => {
      const { connectionState, sctp } = this.#connection;
      const hasFailed = connectionState === "failed";
      const isOver = hasFailed && (onDoubt === undefined || sctp?.transport.state === "failed");
      if (connectionState === "closed" || isOver) {
        onGone();
      } else if (connectionState === "disconnected" || hasFailed) {
        onDoubt?.(hasFailed);
      }
    };
    if (["failed", "closed"].includes(this.#connection.connectionState) || this.channel.readyState === "closed") {
      onGone();
    }
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
    this.#isLooking = false;
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
    this.#answerNonce ??= answer.answerNonce;
    if (!equal(this.#macFingerprint, answer.fingerprint) || !equal(this.#answerNonce, answer.answerNonce)) {
      // A restart goes on with the same DTLS association: the Mac that answers has no other end of it any more.
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

  /** Servers that were told too late for the offer serve a second one, unless there is a way without. */
  async #lookAgain(servers: RTCIceServer[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, WITHOUT_SERVERS_MS));
    const { iceConnectionState } = this.#connection;
    const isFound = iceConnectionState === "connected" || iceConnectionState === "completed";
    if (!this.#isLooking || isFound || servers.length === 0) {
      return;
    }
    this.#serverErrors = new ServerErrors(servers);
    configure(this.#connection, servers);
    await this.#negotiate({ iceRestart: true }).catch(() => this.#takeBack());
  }

  /** The first offer stands again, unless the connection is closed already. */
  async #takeBack(): Promise<void> {
    if (this.#connection.signalingState === "have-local-offer") {
      await this.#connection.setLocalDescription({ type: "rollback" }).catch(() => undefined);
    }
  }

  #cause(): ProblemCode {
    const { localDescription, iceGatheringState, sctp } = this.#connection;
    if (sctp?.transport.state === "failed") {
      // There is a path, and at its end somebody without the certificate that was promised.
      return "handshake_failed";
    }
    return this.#serverErrors.cause(localDescription?.sdp ?? "", iceGatheringState !== "complete");
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.channel.readyState === "open") {
        resolve();
      }
      this.channel.onopen = () => resolve();
      this.watch(() => reject(new Problem("no_path")));
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

/** Without servers that there were, the ones before stay: a front door that is away takes no relay. */
function configure(connection: RTCPeerConnection, iceServers: RTCIceServer[]): void {
  if (iceServers.length > 0) {
    try {
      connection.setConfiguration({ iceServers });
    } catch {
      // As in newConnection: what a person typed may not be accepted.
    }
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
