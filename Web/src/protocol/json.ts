import { type Bytes, utf8 } from "../bytes.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The other end broke the protocol: the session is over. */
export class ProtocolViolation extends Error {}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** One JSON object in UTF-8. Invalid UTF-8, a byte order mark and lone surrogates are violations. */
export function readJsonObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes), refuseLoneSurrogates);
  } catch {
    throw new ProtocolViolation("a message is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolViolation("a message is not a JSON object");
  }
  return value as JsonObject;
}

/** Writes text as whole code points: a lone surrogate becomes U+FFFD. */
export function writeJson(value: unknown): Bytes {
  return utf8(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "string" ? wellFormed(inner) : inner)),
  );
}

export function wellFormed(text: string): string {
  return text.replace(loneSurrogate, "\ufffd");
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function refuseLoneSurrogates(name: string, value: unknown): unknown {
  if (wellFormed(name) !== name || (typeof value === "string" && wellFormed(value) !== value)) {
    throw new ProtocolViolation("a lone surrogate");
  }
  return value;
}
