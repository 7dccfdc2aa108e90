import type { Step } from "../phone/connect.ts";
import type { Link } from "../phone/linkState.ts";
import type { Path } from "../phone/peer.ts";
import type { Model } from "../protocol/messages.ts";
import type { Answer } from "../phone/turn.ts";

export const stepTexts: Readonly<Record<Step, string>> = {
  signaling: "Asking for your Mac…",
  network: "Finding a way to it…",
  handshake: "Making sure that it is yours…",
};

const pathTexts: Readonly<Record<Path, string>> = { local: "Local", direct: "Direct", relay: "Relay" };

/** Sixteen characters in groups of four, as people compare them. */
export function grouped(id: string): string {
  return id.match(/.{1,4}/g)?.join(" ") ?? id;
}

export function linkText(link: Link): string {
  switch (link.kind) {
    case "connecting":
      return "Connecting…";
    case "pairing":
      return "Pairing…";
    case "live": {
      const path = link.path === undefined ? "Connected" : pathTexts[link.path];
      return link.roundTripMs === undefined ? path : `${path} · ${milliseconds(link.roundTripMs)}`;
    }
    case "waiting":
      return "Trying again…";
    case "stopped":
      return "Not connected";
  }
}

/** What an answer without text is doing; empty when its text says it. */
export function stageText(answer: Answer, isLive: boolean): string {
  if (answer.stopping && answer.state !== "stopped") {
    return "Stopping…";
  }
  switch (answer.state) {
    case "sent":
      return isLive ? "Sent" : "Waiting for the connection";
    case "queued":
      return answer.position === 1 ? "Waiting in line, 1 ahead" : `Waiting in line, ${answer.position} ahead`;
    case "loading":
      return "Loading the model";
    case "reading":
      return "Reading your message";
    case "streaming":
      return answer.text === "" ? "Thinking" : "";
    default:
      return "";
  }
}

export function statsText({ model, stats, state, cutShort }: Answer): string {
  const parts = [
    model,
    stats.ttft_ms === undefined ? "" : `first word ${milliseconds(Math.max(1, Math.round(stats.ttft_ms)))}`,
    stats.tokens_per_s === undefined || stats.tokens_per_s === 0
      ? ""
      : `${stats.tokens_per_s.toFixed(stats.tokens_per_s < 10 ? 1 : 0)} tokens/s`,
    stats.tokens === undefined ? "" : `${stats.tokens} tokens`,
    cutShort ? "cut at the length limit" : "",
    state === "stopped" ? "stopped" : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

export function modelText(model: Model): string {
  const details = [
    model.remote ? "cloud" : "",
    model.size > 0 ? `${(model.size / 1e9).toFixed(1)} GB` : "",
    model.loaded ? "loaded" : "",
  ].filter((detail) => detail !== "");
  return details.length === 0 ? model.name : `${model.name} (${details.join(", ")})`;
}

function milliseconds(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? `${value.toFixed(1)} ms`
    : value < 1000
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}
