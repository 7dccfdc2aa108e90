export type Token = "e" | "s" | "ee" | "es" | "se" | "ss" | "psk";

/** A handshake pattern as data: what each side knows of the other before, then the tokens of each message. */
export interface Pattern {
  readonly protocolName: string;
  readonly initiatorPreMessage: readonly "s"[];
  readonly responderPreMessage: readonly "s"[];
  readonly messages: readonly (readonly Token[])[];
}

/** The pattern of a page's connections. */
export const IKpsk2: Pattern = {
  protocolName: "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b",
  initiatorPreMessage: [],
  responderPreMessage: ["s"],
  messages: [
    ["e", "es", "s", "ss"],
    ["e", "ee", "se", "psk"],
  ],
};

/** The pattern of what a page seals to a Mac that it is not connected with. */
export const N: Pattern = {
  protocolName: "Noise_N_25519_ChaChaPoly_BLAKE2b",
  initiatorPreMessage: [],
  responderPreMessage: ["s"],
  messages: [["e", "es"]],
};
