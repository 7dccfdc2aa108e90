/** Byte arrays over a plain ArrayBuffer, which is what WebCrypto and data channels take. */
export type Bytes = Uint8Array<ArrayBuffer>;

const utf8Encoder = new TextEncoder();
const base64UrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

export const empty: Bytes = new Uint8Array(0);

export function utf8(text: string): Bytes {
  return utf8Encoder.encode(text) as Bytes;
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares without an early exit; the lengths are not secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  }
  return difference === 0;
}

export function isAllZero(bytes: Uint8Array): boolean {
  return bytes.every((value) => value === 0);
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (value) => value.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex: string): Bytes {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) {
    throw new RangeError("not hexadecimal");
  }
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, 6, base64UrlAlphabet);
}

/** Strict: the exact length, no padding, no white space, unused bits zero. Undefined for anything else. */
export function fromBase64Url(text: string, length: number): Bytes | undefined {
  if (text.length !== Math.ceil((length * 8) / 6)) {
    return undefined;
  }
  const bytes = new Uint8Array(length);
  let buffer = 0;
  let bits = 0;
  let written = 0;
  for (const character of text) {
    const value = base64UrlAlphabet.indexOf(character);
    if (value < 0) {
      return undefined;
    }
    buffer = ((buffer << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = (buffer >> bits) & 0xff;
    }
  }
  return written === length && (buffer & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** RFC 4648 base32, lower case, no padding. */
export function toBase32(bytes: Uint8Array): string {
  return encode(bytes, 5, base32Alphabet);
}

function encode(bytes: Uint8Array, bitsPerCharacter: number, alphabet: string): string {
  const mask = (1 << bitsPerCharacter) - 1;
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const value of bytes) {
    buffer = ((buffer << 8) | value) & 0xffff;
    bits += 8;
    while (bits >= bitsPerCharacter) {
      bits -= bitsPerCharacter;
      text += alphabet[(buffer >> bits) & mask];
    }
  }
  return bits === 0 ? text : text + alphabet[(buffer << (bitsPerCharacter - bits)) & mask];
}
