import { randomBytes, toBase64Url } from "../bytes.ts";
import type { ChatTurn, MacError, MacMessage, PhoneMessage } from "../protocol/messages.ts";
import { sentenceOf, sentenceOfError } from "./sentences.ts";
import { type Answer, isOver, type Turn } from "./turn.ts";

/** What is to be sent to the Mac after a change. */
type Outgoing = PhoneMessage[];

/** As many answers of one device are under way on the Mac. */
const MAXIMUM_GIVEN_UP = 8;

/** Ours: a question that does not arrive within the 30 s that a message has would be sent for ever. */
const MAXIMUM_SENDINGS = 3;

/** The turns of one chat: questions, growing answers, and which message comes next. Pure; the phone sends. */
export class Conversation {
  #turns: readonly Turn[];
  /** They went with their turns, and the Mac has not said that they ended. */
  #givenUp: readonly Answer[] = [];
  /** How often the open question was sent and never arrived, since anything came of it. */
  #lost = 0;

  constructor(turns: readonly Turn[] = []) {
    this.#turns = turns;
  }

  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** The answer that is still under way. */
  get open(): Answer | undefined {
    const last = this.#turns.at(-1);
    return last?.role === "assistant" && !isOver(last) ? last : undefined;
  }

  ask(text: string, model: string): Outgoing {
    if (this.open !== undefined) {
      return [];
    }
    const answer: Answer = {
      role: "assistant",
      id: toBase64Url(randomBytes(16)),
      model,
      text: "",
      thinking: "",
      state: "sent",
      position: 0,
      seq: 0,
      stopping: false,
      cutShort: false,
      problem: "",
      stats: {},
    };
    this.#turns = [...this.#turns, { role: "user", text }, answer];
    this.#lost = 0;
    return [this.#chat(answer)];
  }

  /** Takes the last question and its answer back, to ask it again. */
  takeBackLast(): string | undefined {
    const question = this.#turns.at(-2);
    if (question?.role !== "user" || this.open !== undefined) {
      return undefined;
    }
    this.#turns = this.#turns.slice(0, -2);
    return question.text;
  }

  stop(): Outgoing {
    const answer = this.open;
    if (answer === undefined) {
      return [];
    }
    this.#update({ ...answer, stopping: true });
    return [{ op: "cancel", id: answer.id }];
  }

  /** Drops every turn. What is under way is stopped, also when the Mac hears of it only in the next session. */
  startOver(): Outgoing {
    const outgoing = this.stop();
    const answer = this.open;
    if (answer !== undefined) {
      this.#givenUp = [...this.#givenUp, answer].slice(-MAXIMUM_GIVEN_UP);
    }
    this.#turns = [];
    return outgoing;
  }

  /** After a reconnect: the Mac sends what was missed, or says that it never heard of the chat. */
  resume(): Outgoing {
    const answer = this.open;
    return [...this.#givenUp, ...(answer === undefined ? [] : [answer])].flatMap(resumption);
  }

  receive(message: MacMessage): Outgoing {
    const answer = this.open;
    if (message.op === "done" || message.op === "error") {
      this.#givenUp = this.#givenUp.filter(({ id }) => id !== message.id);
    }
    if (answer === undefined || !("id" in message) || message.id !== answer.id) {
      return [];
    }
    if (message.op !== "error") {
      this.#lost = 0;
    }
    switch (message.op) {
      case "queued":
        this.#update({ ...answer, state: "queued", position: message.position });
        return [];
      case "status":
        this.#update({ ...answer, state: message.stage });
        return [];
      case "error":
        return this.#fail(answer, message);
      case "delta":
      case "thinking":
      case "tool_call":
      case "done":
        if (message.seq !== undefined && message.seq > answer.seq) {
          this.#take({ ...answer, seq: message.seq }, message);
        }
        return [];
      default:
        return [];
    }
  }

  #take(answer: Answer, message: MacMessage): void {
    if (message.op === "delta") {
      this.#update({ ...answer, state: "streaming", text: answer.text + message.content });
    } else if (message.op === "thinking") {
      this.#update({ ...answer, state: "streaming", thinking: answer.thinking + message.content });
    } else if (message.op === "done") {
      this.#update({ ...answer, state: "done", cutShort: message.reason === "length", stats: message.stats });
    } else {
      this.#update(answer);
    }
  }

  #fail(answer: Answer, error: MacError): Outgoing {
    if (error.for === "resume" && error.code === "not_found") {
      return this.#sendAgain(answer);
    }
    if (error.code === "exists") {
      return [{ op: "resume", id: answer.id, after: answer.seq }];
    }
    if (error.code === "cancelled" && answer.stopping) {
      this.#update({ ...answer, state: "stopped" });
      return [];
    }
    this.#update({ ...answer, state: "failed", problem: sentenceOfError(error) });
    return [];
  }

  /** The Mac does not have the answer: the question is sent once more if it never arrived, and may yet. */
  #sendAgain(answer: Answer): Outgoing {
    if (answer.stopping) {
      this.#update({ ...answer, state: "stopped", problem: "" });
      return [];
    }
    if (answer.seq === 0 && ++this.#lost < MAXIMUM_SENDINGS) {
      return [this.#chat(answer)];
    }
    const problem = sentenceOf(answer.seq === 0 ? "not_through" : "interrupted");
    this.#update({ ...answer, state: "failed", problem });
    return [];
  }

  #chat(answer: Answer): PhoneMessage {
    const model = answer.model === "" ? {} : { model: answer.model };
    return { op: "chat", id: answer.id, ...model, messages: this.#history(answer), stream: true };
  }

  /** Everything before the answer, without the questions that were never answered. */
  #history(until: Answer): ChatTurn[] {
    const history: ChatTurn[] = [];
    for (const turn of this.#turns) {
      if (turn.role === "user") {
        history.push({ role: "user", content: turn.text });
      } else if (turn.id === until.id) {
        break;
      } else if (turn.text === "") {
        history.pop();
      } else {
        history.push({ role: "assistant", content: turn.text });
      }
    }
    return history;
  }

  #update(answer: Answer): void {
    this.#turns = this.#turns.map((turn) =>
      turn.role === "assistant" && turn.id === answer.id ? answer : turn,
    );
  }
}

function resumption({ id, seq, stopping }: Answer): Outgoing {
  const resume = { op: "resume", id, after: seq } as const;
  return stopping ? [resume, { op: "cancel", id }] : [resume];
}
