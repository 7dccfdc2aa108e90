import { type Bytes, fromBase64Url } from "../bytes.ts";
import { macId } from "./keySchedule.ts";
import { cleanName } from "./name.ts";
import { type JsonObject, ProtocolViolation, readJsonObject } from "./json.ts";

const MAXIMUM_MACS = 16;

export const errorCodes = [
  "busy",
  "cancelled",
  "model_not_found",
  "runner_unreachable",
  "runner_failed",
  "too_large",
  "bad_request",
  "exists",
  "not_found",
  "unknown_op",
  "not_allowed",
  "revoked",
  "version",
  "rate",
] as const;

export interface ChatTurn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export type PhoneMessage =
  | {
      readonly op: "chat";
      readonly id: string;
      readonly model?: string;
      readonly messages: readonly ChatTurn[];
      readonly stream: true;
    }
  | { readonly op: "cancel"; readonly id: string }
  | { readonly op: "resume"; readonly id: string; readonly after: number }
  | { readonly op: "models" }
  | { readonly op: "load"; readonly id: string; readonly model?: string }
  | { readonly op: "macs"; readonly id: string }
  | { readonly op: "vouch"; readonly id: string; readonly mac: string; readonly sealed: string }
  | { readonly op: "ping"; readonly id?: string }
  | { readonly op: "devices"; readonly id: string }
  | { readonly op: "device_set"; readonly id: string; readonly device: string; readonly role: Role }
  | { readonly op: "device_revoke"; readonly id: string; readonly device: string }
  | { readonly op: "paired_ack" };

export const roles = ["owner", "user", "guest"] as const;
export type Role = (typeof roles)[number];

/** A device of the Mac, as its owner sees it. Times are Unix seconds; 0 is no limit. */
export interface Device {
  readonly device: string;
  readonly name: string;
  readonly role: Role;
  readonly models: readonly string[];
  readonly pull: boolean;
  readonly unload: boolean;
  readonly tokens_per_day: number;
  readonly tokens_today: number;
  readonly expires: number;
  readonly since: number;
  readonly connected: boolean;
}

export interface Model {
  readonly name: string;
  /** Bytes on the Mac's disk. */
  readonly size: number;
  readonly loaded: boolean;
  /** The model runs in a cloud: what is written leaves the Mac. */
  readonly remote: boolean;
  readonly capabilities: readonly string[];
}

/** One Mac of the household, as another names it; its id is made of its key. */
export interface NamedMac {
  readonly mac: string;
  readonly name: string;
  readonly key: Bytes;
}

export interface Stats {
  readonly queue_ms?: number;
  readonly load_ms?: number;
  readonly prompt_ms?: number;
  readonly ttft_ms?: number;
  readonly runner_ms?: number;
  readonly tokens?: number;
  readonly tokens_per_s?: number;
}

export type MacMessage =
  | {
      readonly op: "delta" | "thinking";
      readonly id?: string;
      readonly seq?: number;
      readonly content: string;
    }
  | { readonly op: "tool_call"; readonly id?: string; readonly seq?: number; readonly name: string }
  | {
      readonly op: "done";
      readonly id?: string;
      readonly seq?: number;
      readonly reason?: string;
      readonly stats: Stats;
    }
  | ({ readonly op: "error" } & MacError)
  | { readonly op: "queued"; readonly id: string; readonly position: number }
  | { readonly op: "status"; readonly id: string; readonly stage: "loading" | "reading" }
  | { readonly op: "models"; readonly models: readonly Model[] }
  | { readonly op: "macs"; readonly id: string; readonly macs: readonly NamedMac[] }
  | { readonly op: "vouched"; readonly id: string; readonly mac: string }
  | { readonly op: "pong"; readonly id?: string }
  | { readonly op: "devices"; readonly id: string; readonly devices: readonly Device[] }
  | { readonly op: "device_revoked"; readonly id: string; readonly device: string }
  | { readonly op: "paired"; readonly k: Bytes }
  | { readonly op: "paired_done" }
  | { readonly op: "restart" };

export interface MacError {
  readonly code: string;
  readonly message: string;
  readonly id?: string;
  /** Set when this ends an answer. */
  readonly seq?: number;
  /** The request that this is about. */
  readonly for?: string;
  /** With not_allowed, where the tokens of the day are why: when there are new ones, Unix seconds. */
  readonly until?: number;
}

/** Undefined for an operation that this page does not know: a newer Mac may send one. */
export function readMessage(bytes: Bytes): MacMessage | undefined {
  const value = readJsonObject(bytes);
  switch (value["op"]) {
    case "delta":
    case "thinking":
      return { op: value["op"], ...entry(value), content: text(value, "content") };
    case "tool_call":
      return { op: "tool_call", ...entry(value), name: text(value, "name") };
    case "done":
      return {
        op: "done",
        ...entry(value),
        ...optional(value, "reason", isText),
        stats: stats(value["stats"]),
      };
    case "error":
      return {
        op: "error",
        ...entry(value),
        ...optional(value, "for", isText),
        code: text(value, "code"),
        message: text(value, "message"),
        ...optional(value, "until", isCount),
      };
    case "queued":
      return { op: "queued", id: text(value, "id"), position: required(value, "position", isCount) };
    case "status":
      return { op: "status", id: text(value, "id"), stage: required(value, "stage", isStage) };
    case "models":
      return { op: "models", models: required(value, "models", isArray).map(model) };
    case "macs":
      return { op: "macs", id: text(value, "id"), macs: namedMacs(required(value, "macs", isArray)) };
    case "vouched":
      return { op: "vouched", id: text(value, "id"), mac: required(value, "mac", isPartyId) };
    case "pong":
      return { op: "pong", ...optional(value, "id", isText) };
    case "devices":
      return { op: "devices", id: text(value, "id"), devices: required(value, "devices", isArray).map(device) };
    case "device_revoked":
      return { op: "device_revoked", id: text(value, "id"), device: text(value, "device") };
    case "paired":
      return { op: "paired", k: pairingKey(text(value, "k")) };
    case "paired_done":
    case "restart":
      return { op: value["op"] };
    default:
      text(value, "op");
      return undefined;
  }
}

function entry(value: JsonObject): { id?: string; seq?: number } {
  return { ...optional(value, "id", isText), ...optional(value, "seq", isCount) };
}

function model(value: unknown): Model {
  if (!isObject(value)) {
    throw new ProtocolViolation("a model is not an object");
  }
  return {
    name: text(value, "name"),
    size: isCount(value["size"]) ? value["size"] : 0,
    loaded: value["loaded"] === true,
    remote: value["remote"] === true,
    capabilities: isArray(value["capabilities"]) ? value["capabilities"].filter(isText) : [],
  };
}

function device(value: unknown): Device {
  if (!isObject(value)) {
    throw new ProtocolViolation("a device is not an object");
  }
  return {
    device: text(value, "device"),
    name: text(value, "name"),
    role: required(value, "role", isRole),
    models: isArray(value["models"]) ? value["models"].filter(isText) : [],
    pull: value["pull"] === true,
    unload: value["unload"] === true,
    tokens_per_day: required(value, "tokens_per_day", isCount),
    tokens_today: required(value, "tokens_today", isCount),
    expires: required(value, "expires", isCount),
    since: required(value, "since", isCount),
    connected: value["connected"] === true,
  };
}

function namedMacs(list: readonly unknown[]): NamedMac[] {
  const macs = list.map(namedMac);
  if (macs.length > MAXIMUM_MACS || new Set(macs.map(({ mac }) => mac)).size !== macs.length) {
    throw new ProtocolViolation("too many Macs, or one of them twice");
  }
  return macs;
}

function namedMac(value: unknown): NamedMac {
  if (!isObject(value)) {
    throw new ProtocolViolation("a Mac is not an object");
  }
  const key = fromBase64Url(text(value, "key"), 32);
  const mac = required(value, "mac", isPartyId);
  // Whoever names a Mac cannot give it another key than its own.
  if (key === undefined || macId(key) !== mac) {
    throw new ProtocolViolation("the key is not that Mac's");
  }
  return { mac, name: cleanName(text(value, "name")), key };
}

function stats(value: unknown): Stats {
  const numbers = isObject(value)
    ? Object.entries(value).filter(([, number]) => typeof number === "number")
    : [];
  return Object.fromEntries(numbers) as Stats;
}

function pairingKey(encoded: string): Bytes {
  const key = fromBase64Url(encoded, 32);
  if (key === undefined) {
    throw new ProtocolViolation("the pairing key is malformed");
  }
  return key;
}

function text(value: JsonObject, name: string): string {
  return required(value, name, isText);
}

function required<T>(value: JsonObject, name: string, is: (value: unknown) => value is T): T {
  const field = value[name];
  if (!is(field)) {
    throw new ProtocolViolation(`the field ${name} is missing or malformed`);
  }
  return field;
}

function optional<N extends string, T>(value: JsonObject, name: N, is: (value: unknown) => value is T) {
  return (value[name] === undefined ? {} : { [name]: required(value, name, is) }) as { [K in N]?: T };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isPartyId(value: unknown): value is string {
  return isText(value) && /^[a-z2-7]{16}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isStage(value: unknown): value is "loading" | "reading" {
  return value === "loading" || value === "reading";
}

function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
