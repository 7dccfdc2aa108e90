import type { MacError } from "../protocol/messages.ts";
import type { ProblemCode } from "./problem.ts";

type MacCode =
  | "busy"
  | "cancelled"
  | "model_not_found"
  | "runner_unreachable"
  | "runner_failed"
  | "too_large"
  | "exists"
  | "not_found"
  | "unknown_op"
  | "not_allowed"
  | "rate"
  | "interrupted"
  | "not_through";

/** One sentence for people for each code, from the front door, the Mac or this page. */
const sentences: Readonly<Record<ProblemCode | MacCode, string>> = {
  refused: "Your Mac did not accept this phone. The link was used or has expired, or this phone was removed.",
  mac_unknown: "No such Mac is known here. Scan the code of your Mac again.",
  mac_required: "Several Macs live here. Scan the code of the one that you want.",
  mac_offline: "Your Mac does not answer: it is asleep or offline. This page goes on trying.",
  overloaded: "Too much is going on at the moment.",
  version: "This page and your Mac speak different versions. Update the older one.",
  bad_request: "Your Mac did not understand this page. Reload it, or update the Mac.",
  front_door_unreachable: "The address that serves this page does not answer.",
  answer_forged: "The answer did not come from your Mac. Somebody on the way may be interfering.",
  no_webrtc: "This browser cannot open a direct connection (WebRTC is missing or off).",
  no_path: "No way to your Mac was found. On this network you may need a TURN server (see Connection).",
  udp_blocked: "This network lets no UDP out. Enter a turns: server under Connection, or use another network.",
  name_unresolved: "No direct way was found, and the name of the STUN or TURN server is not known on this network.",
  relay_refused: "No direct way was found, and the TURN server refused this phone's user name or password.",
  relay_unreachable: "No direct way was found, and the TURN server does not answer.",
  handshake_failed: "Your Mac could not be verified. If this keeps happening, scan its code again.",
  not_confirmed: "The pairing was not completed on the Mac.",
  storage: "This browser does not keep data. Leave private browsing, or free some space.",
  protocol: "The connection broke a rule and was closed.",
  lost: "The connection was lost.",
  revoked: "This phone was removed on the Mac. Scan a new code to pair again.",
  elsewhere: "QuicPair is in use in another tab or window.",
  shutdown: "Your Mac is restarting.",
  busy: "Your Mac is busy with as many chats as it takes. Try again in a moment.",
  cancelled: "The answer was stopped on the Mac.",
  model_not_found: "Your Mac does not have this model. Choose another one.",
  runner_unreachable: "The program that runs the models on your Mac does not answer. Is Ollama running?",
  runner_failed: "The model failed while it was answering.",
  too_large: "This chat is too long. Start a new one.",
  exists: "This question was already sent.",
  not_found: "Your Mac no longer has this answer.",
  unknown_op: "Your Mac does not know this request. Update it.",
  not_allowed: "Your Mac does not allow this.",
  rate: "That was a lot at once. Try again in a moment.",
  interrupted: "The answer was interrupted and is not complete.",
  not_through: "The question does not get through to your Mac over this path.",
};

export function sentenceOf(
  code: ProblemCode | MacCode | (string & {}),
  otherwise = "Something went wrong.",
): string {
  return Object.hasOwn(sentences, code) ? sentences[code as ProblemCode] : otherwise;
}

/** What a person is told of an error of the Mac. */
export function sentenceOfError({ code, message, seq, until }: MacError): string {
  if (code === "not_allowed" && until !== undefined) {
    return `This phone's tokens of today do not hold that; there are new ones from ${timeOf(until)}.`;
  }
  // As the end of an answer it is the runner's own no, in its words; this page was understood.
  const isRunners = code === "bad_request" && seq !== undefined;
  return isRunners ? message : sentenceOf(code, message);
}

/** The time of day here. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
