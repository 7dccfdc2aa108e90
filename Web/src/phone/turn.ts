import type { Stats } from "../protocol/messages.ts";

export interface Question {
  readonly role: "user";
  readonly text: string;
}

/** Where an answer is. Only the last three are ends. */
export type AnswerState =
  "sent" | "queued" | "loading" | "reading" | "streaming" | "done" | "stopped" | "failed";

export interface Answer {
  readonly role: "assistant";
  /** Names this answer on the Mac, also after a reconnect. */
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly thinking: string;
  readonly state: AnswerState;
  /** Chats ahead of this one while it is queued. */
  readonly position: number;
  /** The number of the last entry received. */
  readonly seq: number;
  /** The person pressed Stop; the Mac may not know it yet. */
  readonly stopping: boolean;
  /** The end was forced by the answer's size limit. */
  readonly cutShort: boolean;
  readonly problem: string;
  readonly stats: Stats;
}

export type Turn = Question | Answer;

export function isOver(answer: Answer): boolean {
  return answer.state === "done" || answer.state === "stopped" || answer.state === "failed";
}
