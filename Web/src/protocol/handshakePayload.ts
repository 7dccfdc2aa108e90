import type { Bytes } from "../bytes.ts";
import { ProtocolViolation, readJsonObject, writeJson } from "./json.ts";
import { cleanName } from "./name.ts";

/** Both payloads have this size, so that their length says nothing about the names in them. */
export const PAYLOAD_LENGTH = 512;

/** The phone tells its name only while it pairs. */
export function writePhonePayload(device: string, name?: string): Bytes {
  return pad(writeJson(name === undefined ? { v: 1, device } : { v: 1, device, name: cleanName(name) }));
}

export function writeMacPayload(name: string): Bytes {
  return pad(writeJson({ v: 1, name: cleanName(name) }));
}

export function readPhonePayload(payload: Bytes): { device: string; name: string | undefined } {
  const { device, name } = readPayload(payload);
  if (typeof device !== "string" || !/^[a-z2-7]{16}$/.test(device)) {
    throw new ProtocolViolation("the phone's payload names no device");
  }
  return { device, name: typeof name === "string" ? cleanName(name) : undefined };
}

export function readMacName(payload: Bytes): string {
  const { name } = readPayload(payload);
  if (typeof name !== "string") {
    throw new ProtocolViolation("the Mac's payload has no name");
  }
  return cleanName(name);
}

function readPayload(payload: Bytes) {
  if (payload.length !== PAYLOAD_LENGTH) {
    throw new ProtocolViolation("a handshake payload has the wrong length");
  }
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) {
    end--;
  }
  const value = readJsonObject(payload.subarray(0, end));
  if (value["v"] !== 1) {
    throw new ProtocolViolation("a handshake payload of another version");
  }
  return value as { device?: unknown; name?: unknown };
}

function pad(json: Bytes): Bytes {
  const payload = new Uint8Array(PAYLOAD_LENGTH);
  payload.set(json);
  return payload;
}
