import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, fromBase64Url, toBase64Url, u32 } from "../bytes.ts";
import { isPrivateHost } from "./privateHost.ts";

/** What the QR code of a Mac says. The secret is the whole right to pair: it never leaves this page. */
export interface PairingLink {
  readonly origin: string;
  readonly macPublicKey: Bytes;
  readonly secret: Bytes;
  /** Unix seconds. */
  readonly expiry: number;
  readonly localOnly: boolean;
  readonly ownerConfirms: boolean;
}

export type LinkProblem =
  "form" | "scheme" | "version" | "length" | "encoding" | "check" | "flags" | "expired";

export type LinkResult =
  | { readonly link: PairingLink; readonly problem?: undefined }
  | { readonly problem: LinkProblem; readonly link?: undefined };

export const linkSentences: Readonly<Record<LinkProblem, string>> = {
  form: "This is not a QuicPair link. Scan the code that your Mac shows.",
  scheme: "This link uses plain http to a place outside your network. Ask for a link that starts with https.",
  version: "This link is of a newer QuicPair than this page. Update the Mac that serves this page.",
  length: "This link is cut off or too long. Copy it whole, or scan the code again.",
  encoding: "This link has a character that does not belong there. Copy it again, or scan the code.",
  check: "This link was damaged on the way. Copy it again, or scan the code.",
  flags: "This link asks for something that this page does not know. Update the Mac that serves this page.",
  expired: "This link has expired. Make a new one on your Mac with “quicpair pair”.",
};

const VERSION = 1;
const LENGTH = 72;
const CHECKED_LENGTH = 70;
const FLAG_LOCAL_ONLY = 1;
const FLAG_OWNER_CONFIRMS = 2;

/** Clocks differ: a link counts as expired on a phone only 15 minutes after its expiry. The Mac decides. */
export const EXPIRY_TOLERANCE_SECONDS = 15 * 60;

export function readLink(text: string): LinkResult {
  const hash = text.indexOf("#");
  const url = hash < 0 ? undefined : plainUrl(text.slice(0, hash));
  const fragment = /^(\d{1,3})\.(.*)$/s.exec(text.slice(hash + 1));
  if (url === undefined || fragment === null) {
    return { problem: "form" };
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isPrivateHost(url.hostname))) {
    return { problem: "scheme" };
  }
  if (fragment[1] !== String(VERSION)) {
    return { problem: "version" };
  }
  const encoded = fragment[2] ?? "";
  if (encoded.length !== (LENGTH * 4) / 3) {
    return { problem: "length" };
  }
  const bytes = fromBase64Url(encoded, LENGTH);
  return bytes === undefined ? { problem: "encoding" } : readBytes(url.origin, bytes);
}

export function isExpired(link: PairingLink, nowSeconds: number): boolean {
  return nowSeconds > link.expiry + EXPIRY_TOLERANCE_SECONDS;
}

export function formatLink(link: PairingLink): string {
  const flags = (link.localOnly ? FLAG_LOCAL_ONLY : 0) | (link.ownerConfirms ? FLAG_OWNER_CONFIRMS : 0);
  const checked = concat(Uint8Array.of(VERSION, flags), link.macPublicKey, link.secret, u32(link.expiry));
  return `${link.origin}/p#${VERSION}.${toBase64Url(concat(checked, sha256(checked).subarray(0, 2)))}`;
}

function plainUrl(text: string): URL | undefined {
  // Looked for in the text, because a URL object would normalize the path and drop what is empty.
  if (!/^[A-Za-z]+:\/\/[^/?#@%\\\s]+\/p$/.test(text)) {
    return undefined;
  }
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function readBytes(origin: string, bytes: Bytes): LinkResult {
  if (bytes[0] !== VERSION) {
    return { problem: "version" };
  }
  if (!equal(sha256(bytes.subarray(0, CHECKED_LENGTH)).subarray(0, 2), bytes.subarray(CHECKED_LENGTH))) {
    return { problem: "check" };
  }
  const flags = bytes[1] ?? 0;
  if ((flags & ~(FLAG_LOCAL_ONLY | FLAG_OWNER_CONFIRMS)) !== 0) {
    return { problem: "flags" };
  }
  return {
    link: {
      origin,
      macPublicKey: bytes.slice(2, 34),
      secret: bytes.slice(34, 66),
      expiry: new DataView(bytes.buffer).getUint32(66),
      localOnly: (flags & FLAG_LOCAL_ONLY) !== 0,
      ownerConfirms: (flags & FLAG_OWNER_CONFIRMS) !== 0,
    },
  };
}
