const MAXIMUM_BYTES = 64;
const controlOrBidirectional = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name of a phone or a Mac: without control and bidirectional characters, at most 64 bytes of UTF-8. */
export function cleanName(name: string): string {
  let kept = "";
  let bytes = 0;
  for (const character of name.replace(controlOrBidirectional, "")) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > MAXIMUM_BYTES) {
      break;
    }
    kept += character;
  }
  return kept;
}
