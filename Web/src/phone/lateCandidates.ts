/** Candidates that come together go together. */
const GATHERED_MS = 100;

/** A server answers late, or two; the front door counts every offer. */
const OFFERS_MAX = 4;

/**
 * Sends a description again when candidates were found behind it, without waiting for the servers that never answer:
 * an offer with the same certificate and ICE credentials only adds candidates (QP/1 section 3.1).
 */
export class LateCandidates {
  readonly #describe: () => string;
  readonly #send: (sdp: string) => Promise<unknown>;
  readonly #isWanted: () => boolean;
  #sent: string;
  #offers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    sent: string,
    describe: () => string,
    send: (sdp: string) => Promise<unknown>,
    isWanted: () => boolean,
  ) {
    this.#sent = sent;
    this.#describe = describe;
    this.#send = send;
    this.#isWanted = isWanted;
    this.found();
  }

  /** There may be a new candidate. */
  found(): void {
    this.#timer ??= setTimeout(() => void this.#offer(), GATHERED_MS);
  }

  async #offer(): Promise<void> {
    const sdp = this.#describe();
    if (sdp !== this.#sent && this.#offers < OFFERS_MAX && this.#isWanted()) {
      this.#sent = sdp;
      this.#offers++;
      await this.#send(sdp).catch(() => undefined);
    }
    this.#timer = undefined;
    if (this.#describe() !== this.#sent && this.#offers < OFFERS_MAX && this.#isWanted()) {
      this.found();
    }
  }
}
