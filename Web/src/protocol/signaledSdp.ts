import { type Bytes, fromHex } from "../bytes.ts";

export type SdpProblem =
  | "characters"
  | "line_ending"
  | "too_many_lines"
  | "line_too_long"
  | "too_many_candidates"
  | "media"
  | "fingerprint";

export type SdpResult =
  | { readonly fingerprint: Bytes; readonly problem?: undefined }
  | { readonly problem: SdpProblem; readonly fingerprint?: undefined };

const MAXIMUM_LINES = 200;
const MAXIMUM_LINE_LENGTH = 512;
const MAXIMUM_CANDIDATES = 32;

const fingerprintLine = /^a=fingerprint:sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/;
const dataSection = /^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/;

/** Checks a description before it is signed or used, and takes the one certificate fingerprint out of it. */
export function checkSdp(sdp: string): SdpResult {
  if (/[^\x20-\x7e\r\n]|\r(?!\n)|(?<!\r)\n/.test(sdp)) {
    return { problem: "characters" };
  }
  if (!sdp.endsWith("\r\n")) {
    return { problem: "line_ending" };
  }
  const lines = sdp.split("\r\n").slice(0, -1);
  if (lines.length > MAXIMUM_LINES) {
    return { problem: "too_many_lines" };
  }
  if (lines.some((line) => line.length > MAXIMUM_LINE_LENGTH)) {
    return { problem: "line_too_long" };
  }
  if (lines.filter((line) => line.startsWith("a=candidate:")).length > MAXIMUM_CANDIDATES) {
    return { problem: "too_many_candidates" };
  }
  const media = lines.filter((line) => line.startsWith("m="));
  if (media.length !== 1 || !dataSection.test(media[0] ?? "")) {
    return { problem: "media" };
  }
  const named = lines.filter((line) => /fingerprint/i.test(line));
  const pairs = named.length === 1 ? fingerprintLine.exec(named[0] ?? "")?.[1] : undefined;
  return pairs === undefined
    ? { problem: "fingerprint" }
    : { fingerprint: fromHex(pairs.replaceAll(":", "")) };
}
