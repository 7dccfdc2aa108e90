import { type Bytes, concat } from "../bytes.ts";
import { type CipherState, TAG_LENGTH } from "./cipherState.ts";
import { DH_LENGTH, type KeyPair } from "./diffieHellman.ts";
import type { Pattern, Token } from "./pattern.ts";
import { SymmetricState } from "./symmetricState.ts";

export interface HandshakeOptions {
  readonly pattern: Pattern;
  readonly initiator: boolean;
  readonly prologue: Bytes;
  /** Not needed where the pattern has none for this side. */
  readonly staticKey?: KeyPair;
  readonly ephemeral: () => Promise<KeyPair>;
  readonly remoteStatic?: Bytes;
  readonly psk?: Bytes;
}

/** What a finished handshake leaves: one cipher for each direction, and the transcript hash. */
export interface Transport {
  readonly send: CipherState;
  readonly receive: CipherState;
  readonly handshakeHash: Bytes;
}

/** Noise specification 5.3. Any error is the end of the handshake: the object must then be dropped. */
export class HandshakeState {
  readonly #options: HandshakeOptions;
  readonly #symmetric: SymmetricState;
  readonly #usesPsk: boolean;
  #psk: Bytes | undefined;
  #ephemeral: KeyPair | undefined;
  #remoteEphemeral: Bytes | undefined;
  #remoteStatic: Bytes | undefined;
  #next = 0;

  constructor(options: HandshakeOptions) {
    const { pattern, initiator, staticKey } = options;
    this.#options = options;
    this.#psk = options.psk;
    this.#remoteStatic = options.remoteStatic;
    this.#usesPsk = pattern.messages.some((tokens) => tokens.includes("psk"));
    this.#symmetric = new SymmetricState(pattern.protocolName);
    this.#symmetric.mixHash(options.prologue);
    const ours = () => known(staticKey).publicKey;
    for (const _ of pattern.initiatorPreMessage) {
      this.#symmetric.mixHash(initiator ? ours() : known(this.#remoteStatic));
    }
    for (const _ of pattern.responderPreMessage) {
      this.#symmetric.mixHash(initiator ? known(this.#remoteStatic) : ours());
    }
  }

  get remoteStatic(): Bytes | undefined {
    return this.#remoteStatic;
  }

  /** A responder learns whose pre-shared key it needs from the first message. */
  setPsk(psk: Bytes): void {
    this.#psk = psk;
  }

  async writeMessage(payload: Bytes): Promise<Bytes> {
    const parts: Bytes[] = [];
    for (const token of this.#takeTokens(true)) {
      if (token === "e") {
        this.#ephemeral = await this.#options.ephemeral();
        parts.push(this.#ephemeral.publicKey);
        this.#mixEphemeral(this.#ephemeral.publicKey);
      } else if (token === "s") {
        parts.push(this.#symmetric.encryptAndHash(known(this.#options.staticKey).publicKey));
      } else {
        await this.#mixSecret(token);
      }
    }
    parts.push(this.#symmetric.encryptAndHash(payload));
    return concat(...parts);
  }

  async readMessage(message: Bytes): Promise<Bytes> {
    let rest = message;
    const take = (length: number): Bytes => {
      if (rest.length < length) {
        throw new RangeError("the handshake message is too short");
      }
      const taken = rest.slice(0, length);
      rest = rest.slice(length);
      return taken;
    };
    for (const token of this.#takeTokens(false)) {
      if (token === "e") {
        this.#remoteEphemeral = take(DH_LENGTH);
        this.#mixEphemeral(this.#remoteEphemeral);
      } else if (token === "s") {
        const sealed = take(DH_LENGTH + (this.#symmetric.encrypts ? TAG_LENGTH : 0));
        this.#remoteStatic = this.#symmetric.decryptAndHash(sealed);
      } else {
        await this.#mixSecret(token);
      }
    }
    return this.#symmetric.decryptAndHash(rest);
  }

  /** After the last message: the ciphers of this side. */
  split(): Transport {
    if (this.#next !== this.#options.pattern.messages.length) {
      throw new Error("the handshake is not finished");
    }
    this.#next++;
    const handshakeHash = this.#symmetric.handshakeHash;
    const [first, second] = this.#symmetric.split();
    return this.#options.initiator
      ? { send: first, receive: second, handshakeHash }
      : { send: second, receive: first, handshakeHash };
  }

  #takeTokens(writing: boolean): readonly Token[] {
    const tokens = this.#options.pattern.messages[this.#next];
    const ourTurn = (this.#next % 2 === 0) === this.#options.initiator;
    if (tokens === undefined || ourTurn !== writing) {
      throw new Error("out of turn");
    }
    this.#next++;
    return tokens;
  }

  /** Noise specification 9.2: with a psk in the pattern, each "e" is mixed into the key as well. */
  #mixEphemeral(publicKey: Bytes): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#usesPsk) {
      this.#symmetric.mixKey(publicKey);
    }
  }

  async #mixSecret(token: Exclude<Token, "e" | "s">): Promise<void> {
    if (token === "psk") {
      this.#symmetric.mixKeyAndHash(known(this.#psk));
      return;
    }
    // The first letter is the initiator's key, the second the responder's.
    const [ours, theirs] = this.#options.initiator ? [token[0], token[1]] : [token[1], token[0]];
    const local = ours === "e" ? known(this.#ephemeral) : known(this.#options.staticKey);
    const remote = theirs === "e" ? known(this.#remoteEphemeral) : known(this.#remoteStatic);
    this.#symmetric.mixKey(await local.agree(remote));
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("a key of the handshake is missing");
  }
  return value;
}
