import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../src/phone/conversation.ts";
import type { Answer } from "../src/phone/turn.ts";
import type { MacMessage } from "../src/protocol/messages.ts";

function answerOf(conversation: Conversation, index = -1): Answer {
  const turn = conversation.turns.at(index);
  assert.ok(turn?.role === "assistant");
  return turn;
}

/** A conversation with one open question, and a way to let the Mac answer it. */
function asked(
  text = "Hi",
  model = "",
): { chat: Conversation; id: string; mac: (message: object) => unknown } {
  const chat = new Conversation();
  chat.ask(text, model);
  const { id } = answerOf(chat);
  return { chat, id, mac: (message) => chat.receive({ id, stats: {}, ...message } as unknown as MacMessage) };
}

test("Sends the earlier turns along, without the questions that got no answer", () => {
  const { chat, mac } = asked("one");
  mac({ op: "delta", seq: 1, content: "first" });
  mac({ op: "done", seq: 2 });
  chat.ask("two", "");
  const second = answerOf(chat).id;
  chat.receive({ op: "error", id: second, seq: 1, code: "runner_failed", message: "x" });
  assert.equal(answerOf(chat).state, "failed");
  assert.deepEqual(chat.ask("three", "m"), [
    {
      op: "chat",
      id: answerOf(chat).id,
      model: "m",
      stream: true,
      messages: [
        { role: "user", content: "one" },
        { role: "assistant", content: "first" },
        { role: "user", content: "three" },
      ],
    },
  ]);
});

test("Shows the words of a runner that cannot do what it was asked", () => {
  const words = "Ollama says: m does not support tools";
  const runner = asked();
  runner.mac({ op: "error", seq: 1, code: "bad_request", message: words });
  assert.equal(answerOf(runner.chat).problem, words);
  const mac = asked();
  mac.mac({ op: "error", for: "chat", code: "bad_request", message: words });
  assert.match(answerOf(mac.chat).problem, /did not understand this page/);
});

test("Says when there are new tokens, and of another refusal no time", () => {
  const midnight = new Date(2027, 0, 16).getTime() / 1000;
  const spent = asked();
  spent.mac({ op: "error", for: "chat", code: "not_allowed", message: "x", until: midnight });
  assert.equal(
    answerOf(spent.chat).problem,
    "This phone's tokens of today do not hold that; there are new ones from 00:00.",
  );
  const refused = asked();
  refused.mac({ op: "error", for: "chat", code: "not_allowed", message: "x" });
  assert.equal(answerOf(refused.chat).problem, "Your Mac does not allow this.");
});

test("Shows the stages and grows with each entry", () => {
  const { chat, mac } = asked();
  assert.equal(answerOf(chat).state, "sent");
  mac({ op: "queued", position: 2 });
  assert.deepEqual([answerOf(chat).state, answerOf(chat).position], ["queued", 2]);
  mac({ op: "status", stage: "loading" });
  assert.equal(answerOf(chat).state, "loading");
  mac({ op: "status", stage: "reading" });
  assert.equal(answerOf(chat).state, "reading");
  mac({ op: "thinking", seq: 1, content: "hm" });
  mac({ op: "delta", seq: 3, content: "I'm" });
  mac({ op: "delta", seq: 4, content: " well" });
  mac({ op: "done", seq: 5, reason: "length", stats: { tokens: 3 } });
  const { state, text, thinking, cutShort, stats } = answerOf(chat);
  assert.deepEqual(
    { state, text, thinking, cutShort, stats },
    { state: "done", text: "I'm well", thinking: "hm", cutShort: true, stats: { tokens: 3 } },
  );
  assert.equal(chat.open, undefined);
});

test("Ignores entries that it has, and entries of other answers", () => {
  const { chat, mac } = asked();
  mac({ op: "delta", seq: 2, content: "ab" });
  mac({ op: "delta", seq: 2, content: "ab" });
  mac({ op: "delta", seq: 1, content: "a" });
  chat.receive({ op: "delta", id: "another", seq: 9, content: "x" });
  chat.receive({ op: "delta", content: "x" });
  assert.equal(answerOf(chat).text, "ab");
});

test("Resumes after the last entry", () => {
  const { chat, id, mac } = asked();
  mac({ op: "delta", seq: 7, content: "x" });
  assert.deepEqual(chat.resume(), [{ op: "resume", id, after: 7 }]);
});

test("Sends again only when the Mac never heard of the chat", () => {
  const { chat, id } = asked();
  assert.deepEqual(chat.resume(), [{ op: "resume", id, after: 0 }]);
  const unknown: MacMessage = { op: "error", id, for: "resume", code: "not_found", message: "x" };
  const [again] = chat.receive(unknown);
  assert.equal(again?.op, "chat");
  assert.equal(again.id, id);
  chat.receive({ op: "delta", id, seq: 1, content: "x" });
  assert.deepEqual(chat.receive(unknown), []);
  assert.equal(answerOf(chat).state, "failed");
  assert.match(answerOf(chat).problem, /interrupted/);
});

test("A question that never gets through is sent three times, and anew when something had come of it", () => {
  const { chat, id, mac } = asked();
  const lost = { op: "error", for: "resume", code: "not_found", message: "x" };
  const again = [{ op: "chat", id, stream: true, messages: [{ role: "user", content: "Hi" }] }];
  assert.deepEqual([mac(lost), mac(lost)], [again, again]);
  mac({ op: "queued", position: 1 });
  assert.deepEqual([mac(lost), mac(lost), mac(lost)], [again, again, []]);
  assert.equal(answerOf(chat).state, "failed");
  assert.equal(answerOf(chat).problem, "The question does not get through to your Mac over this path.");
  chat.ask("shorter", "");
  assert.equal(chat.receive({ ...lost, id: answerOf(chat).id } as unknown as MacMessage).length, 1);
});

test("A chat that the Mac has already is resumed", () => {
  const { chat, id } = asked();
  const exists: MacMessage = { op: "error", id, for: "chat", code: "exists", message: "x" };
  assert.deepEqual(chat.receive(exists), [{ op: "resume", id, after: 0 }]);
  assert.equal(answerOf(chat).state, "sent");
});

test("Stop keeps what is there and asks again after a reconnect", () => {
  const { chat, id, mac } = asked();
  mac({ op: "delta", seq: 1, content: "half" });
  assert.deepEqual(chat.stop(), [{ op: "cancel", id }]);
  assert.deepEqual(chat.resume(), [
    { op: "resume", id, after: 1 },
    { op: "cancel", id },
  ]);
  mac({ op: "error", seq: 2, code: "cancelled", message: "x" });
  assert.deepEqual([answerOf(chat).state, answerOf(chat).text], ["stopped", "half"]);
  assert.deepEqual(chat.stop(), []);
});

test("What was under way when a person began anew is stopped in each session until the Mac says that it ended", () => {
  const { chat, id, mac } = asked();
  mac({ op: "delta", seq: 3, content: "half" });
  assert.deepEqual(chat.startOver(), [{ op: "cancel", id }]);
  assert.deepEqual(chat.turns, []);
  const stopped = [
    { op: "resume", id, after: 3 },
    { op: "cancel", id },
  ];
  assert.deepEqual(chat.resume(), stopped);
  chat.ask("another", "");
  const resume = { op: "resume", id: answerOf(chat).id, after: 0 };
  assert.deepEqual(chat.resume(), [...stopped, resume]);
  mac({ op: "delta", seq: 4, content: "rest" });
  assert.deepEqual(chat.resume(), [...stopped, resume]);
  mac({ op: "error", seq: 5, code: "cancelled", message: "x" });
  assert.deepEqual(chat.resume(), [resume]);
  assert.deepEqual([answerOf(chat).text, answerOf(chat).state], ["", "sent"]);
});

test("A given up answer that the Mac never heard of, or that ended by itself, is not asked for again", () => {
  for (const end of [
    { op: "error", for: "resume", code: "not_found", message: "x" },
    { op: "done", seq: 1, reason: "stop" },
  ]) {
    const { chat, mac } = asked();
    chat.startOver();
    assert.equal(chat.resume().length, 2);
    assert.deepEqual(mac(end), []);
    assert.deepEqual(chat.resume(), []);
  }
});

test("Remembers as many given up answers as a Mac has under way, and begins anew with nothing to give up", () => {
  const chat = new Conversation();
  assert.deepEqual(chat.startOver(), []);
  const ids: string[] = [];
  for (let count = 0; count < 10; count++) {
    chat.ask("Hi", "");
    ids.push(answerOf(chat).id);
    chat.startOver();
  }
  assert.deepEqual(
    chat.resume().flatMap((message) => (message.op === "cancel" ? [message.id] : [])),
    ids.slice(-8),
  );
});

test("One question at a time", () => {
  const { chat } = asked();
  assert.deepEqual(chat.ask("another", ""), []);
  assert.equal(chat.turns.length, 2);
});

test("Asks the last question again in its own place", () => {
  const { chat, mac } = asked("why");
  mac({ op: "error", seq: 1, code: "busy", message: "x" });
  assert.equal(chat.takeBackLast(), "why");
  assert.deepEqual(chat.turns, []);
});
