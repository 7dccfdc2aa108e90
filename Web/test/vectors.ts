import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of known answers; the tests run in Web/. */
export function vectors<T>(path: string): T {
  return JSON.parse(readFileSync(join(process.cwd(), "..", "tests", "vectors", path), "utf8")) as T;
}

/** One flipped bit in a copy. */
export function flipBit(bytes: Uint8Array<ArrayBuffer>, bit: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
