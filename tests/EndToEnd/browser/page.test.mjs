// The phone page in a real browser against a Mac that the test commands. Run by the C# tests next door:
// node --test page.test.mjs with CHROMIUM naming the program.
import assert from "node:assert/strict";
import { after, before, beforeEach, test as testOf } from "node:test";
import { openStage } from "./stage.mjs";

// Both say when something hangs, not how fast it must be; a machine that does much else is slow.
const TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 150_000;

let stage;
before(async () => (stage = await openStage(process.env.CHROMIUM)));
beforeEach(() => stage.reset());
after(() => stage?.close());

const test = (name, act) => testOf(name, { timeout: TEST_TIMEOUT_MS }, act);

/** A page and the words in which a test speaks about it. */
class Phone {
  constructor(page) {
    this.page = page;
    this.problems = [];
    page.on("pageerror", (error) => this.problems.push(String(error)));
  }

  static async open(url) {
    const phone = new Phone(await stage.newPhone());
    await phone.page.goto(url);
    return phone;
  }

  /** Opens a fresh link and pairs. */
  static async paired(host = "localhost") {
    const origin = stage.origin(host);
    const phone = await Phone.open(await stage.mac((at) => mac.invite(at), origin));
    await phone.click("Pair");
    await phone.live();
    return phone;
  }

  /** The text of the last element that matches, once the pattern is in it. */
  async see(selector, pattern = "") {
    const look = (wanted, source) => {
      const text = [...document.querySelectorAll(wanted)].at(-1)?.textContent;
      return text !== undefined && new RegExp(source, "s").test(text) ? { text } : undefined;
    };
    const options = { timeout: TIMEOUT_MS, polling: 50 };
    try {
      return (await (await this.page.waitForFunction(look, options, selector, pattern)).jsonValue()).text;
    } catch (error) {
      const shown = await this.page.evaluate(() => document.body.innerText);
      throw new Error(`${selector} never showed ${pattern}: ${error.message}\nThe page shows:\n${shown}`);
    }
  }

  async click(name) {
    const find = (wanted) =>
      [...document.querySelectorAll("button")].find(
        (button) => !button.disabled && [button.textContent.trim(), button.ariaLabel].includes(wanted),
      );
    const button = await this.page.waitForFunction(find, { timeout: TIMEOUT_MS, polling: 50 }, name);
    await button.asElement().click();
  }

  live() {
    return this.see(".chip", "· [\\d.]+ m?s$");
  }

  /** Sends a question and gives the id under which the Mac answers it. */
  async ask(text) {
    const from = await stage.mac(() => mac.heard.length);
    await this.page.type("textarea", text);
    await this.click("Send");
    return Phone.chatId(text, from);
  }

  /** The id of that question among what the Mac heard after its first `from` messages. */
  static async chatId(text, from = 0) {
    const deadline = Date.now() + TIMEOUT_MS;
    while (Date.now() < deadline) {
      const id = await stage.mac(
        (wanted, after) =>
          mac.heard.slice(after).findLast((m) => m.op === "chat" && m.messages.at(-1).content === wanted)?.id,
        text,
        from,
      );
      if (id !== undefined) {
        return id;
      }
    }
    throw new Error(`The Mac never heard "${text}".`);
  }

  async close() {
    await this.page.browserContext().close();
    assert.deepEqual(this.problems, []);
  }
}

test("Takes the secret out of the address and pairs only after a tap that shows whom with", async () => {
  const link = await stage.mac((at) => mac.invite(at), stage.origin("localhost"));
  const phone = await Phone.open(link);
  const card = await phone.see(".card", "Pair with this Mac");
  assert.equal(phone.page.url(), `${stage.origin("localhost")}/p`);
  assert.match(card, new RegExp(stage.origin("localhost")));
  assert.match(card, /([a-z2-7]{4} ){3}[a-z2-7]{4}/);
  assert.doesNotMatch(card, /could have altered/);
  assert.equal(await stage.mac(() => mac.modes.length), 0);
  await phone.click("Pair");
  await phone.live();
  assert.deepEqual(await stage.mac(() => [mac.modes, mac.names.length]), [[1], 1]);
  assert.match(
    await phone.see(".banner"),
    new RegExp(await stage.mac(() => mac.code.replace(/^.../, "$& "))),
  );
  await phone.close();
});

/** A phone whose owner compares the digits. */
async function compared() {
  const link = await stage.mac((at) => {
    mac.behaviour.ownerWaits = true;
    return mac.invite(at, { ownerConfirms: true });
  }, stage.origin("localhost"));
  const phone = await Phone.open(link);
  await phone.click("Pair");
  await phone.see(".digits");
  return phone;
}

test("Shows the six digits while the owner compares them", async () => {
  const link = await stage.mac((at) => {
    mac.behaviour.ownerWaits = true;
    return mac.invite(at, { ownerConfirms: true });
  }, stage.origin("localhost"));
  const phone = await Phone.open(link);
  await phone.see(".note", "");
  await phone.click("Pair");
  const digits = await phone.see(".digits");
  assert.equal(digits.replace(" ", ""), await stage.mac(() => mac.code));
  await stage.mac(() => {
    mac.behaviour.ownerWaits = false;
    mac.confirm();
  });
  await phone.live();
  await phone.close();
});

test("A Mac that is gone in the middle of pairing is paired by the same link, without a tap", async () => {
  const phone = await compared();
  await stage.mac(() => {
    mac.behaviour.ownerWaits = false;
    mac.drop();
  });
  await phone.live();
  await phone.close();
});

test("A Mac that is gone once it has noted the pairing is found by the lasting keys", async () => {
  const before = await stage.mac(() => {
    mac.behaviour.diesAtAck = true;
    return mac.modes.length;
  });
  const phone = await Phone.paired();
  assert.deepEqual(await stage.mac((from) => mac.modes.slice(from), before), [1, 2]);
  await phone.close();
});

test("A Mac whose owner said no is not asked again by itself", async () => {
  const phone = await compared();
  await stage.mac(() => {
    mac.behaviour.ownerWaits = false;
    mac.close(5);
  });
  await phone.see(".problem", "not completed on the Mac");
  await phone.click("Try again");
  await phone.live();
  await phone.close();
});

test("A page over plain http outside this machine says so, and pairs with a key of its own making", async () => {
  const link = await stage.mac((at) => mac.invite(at, { localOnly: true }), stage.origin("studio.local"));
  const phone = await Phone.open(link);
  await phone.see(".warning", "whoever is on this network could have altered the page");
  assert.equal(await phone.page.evaluate(() => isSecureContext), false);
  await phone.click("Pair");
  await phone.live();
  await phone.page.reload();
  await phone.live();
  assert.equal(await stage.mac(() => mac.modes.at(-1)), 2);
  await phone.close();
});

test("Shows the stages, thinking and text as text, and sends earlier turns along", async () => {
  const phone = await Phone.paired();
  const first = await phone.ask("What is <b>this</b>?");
  await stage.mac((id) => mac.say({ op: "queued", id, position: 2 }), first);
  await phone.see(".stage", "Waiting in line, 2 ahead");
  await stage.mac((id) => mac.say({ op: "status", id, stage: "loading" }), first);
  await phone.see(".stage", "Loading the model");
  await stage.mac((id) => mac.say({ op: "status", id, stage: "reading" }), first);
  await phone.see(".stage", "Reading your message");
  await stage.mac((id) => mac.answer(id, { op: "thinking", content: "Hm." }), first);
  await phone.see(".thinking p", "^Hm\\.$");
  await stage.mac((id) => mac.answer(id, { op: "delta", content: "<img src=x onerror=alert(1)> " }), first);
  await stage.mac((id) => mac.answer(id, { op: "delta", content: "yes" }), first);
  await phone.see(".text", "^<img src=x onerror=alert\\(1\\)> yes$");
  assert.equal(await phone.page.$(".turns img"), null);
  await stage.mac(
    (id) => mac.answer(id, { op: "done", reason: "stop", stats: { tokens: 3, ttft_ms: 45 } }),
    first,
  );
  await phone.see(".stats", "first word 45 ms · 3 tokens");
  await phone.ask("And that?");
  assert.deepEqual(await stage.mac(() => mac.heard.at(-1).messages), [
    { role: "user", content: "What is <b>this</b>?" },
    { role: "assistant", content: "<img src=x onerror=alert(1)> yes" },
    { role: "user", content: "And that?" },
  ]);
  await phone.close();
});

test("Stop takes the place of Send and keeps what was written", async () => {
  const phone = await Phone.paired();
  const id = await phone.ask("Go on");
  await stage.mac((chat) => mac.answer(chat, { op: "delta", content: "half" }), id);
  await phone.see(".text", "^half$");
  assert.equal(await phone.page.$("button[aria-label=Send]"), null);
  await phone.click("Stop");
  await phone.see(".stats", "stopped");
  assert.equal(await phone.see(".text"), "half");
  await phone.page.waitForSelector("button[aria-label=Send]");
  await phone.close();
});

test("A reload in the middle of an answer loses and repeats nothing", async () => {
  const phone = await Phone.paired();
  const id = await phone.ask("Count");
  await stage.mac((chat) => mac.answer(chat, { op: "delta", content: "one " }), id);
  await phone.see(".text", "one");
  await phone.page.reload();
  await phone.live();
  await stage.mac((chat) => mac.answer(chat, { op: "delta", content: "two" }, { op: "done", stats: {} }), id);
  await phone.see(".answer[data-state=done] .text", "^one two$");
  assert.equal(phone.page.url(), `${stage.origin("localhost")}/p`);
  await phone.close();
});

test("An answer that was given up while the network was gone is stopped when it is back", async () => {
  const phone = await Phone.paired();
  const id = await phone.ask("Count");
  await stage.mac((chat) => mac.answer(chat, { op: "delta", content: "one " }), id);
  await phone.see(".text", "one");
  stage.door.rejection = { status: 404, body: {} };
  await stage.mac(() => mac.drop());
  await phone.see(".banner", "does not answer");
  await phone.click("New chat");
  stage.door.rejection = undefined;
  await stage.macComesTo((chat) => mac.heard.some((m) => m.op === "cancel" && m.id === chat), id);
  await phone.close();
});

test("Comes back by itself when the network was gone, and asks what it could not ask", async () => {
  const phone = await Phone.paired();
  stage.door.rejection = { status: 503, body: { code: "mac_offline" } };
  await stage.mac(() => mac.drop());
  await phone.see(".banner", "asleep or offline");
  await phone.page.type("textarea", "Are you there?");
  await phone.click("Send");
  await phone.see(".stage", "Waiting for the connection");
  stage.door.rejection = undefined;
  const id = await Phone.chatId("Are you there?");
  await stage.mac(
    (chat) => mac.answer(chat, { op: "delta", content: "Yes." }, { op: "done", stats: {} }),
    id,
  );
  await phone.see(".answer[data-state=done] .text", "^Yes\\.$");
  await phone.close();
});

test("Restarts ICE when the Mac asks, and the session goes on", async () => {
  const phone = await Phone.paired();
  const id = await phone.ask("Go on");
  const before = await stage.mac(() => [mac.restarts, mac.modes.length]);
  await stage.mac((chat) => mac.answer(chat, { op: "delta", content: "before " }), id);
  await stage.mac(() => mac.say({ op: "restart" }));
  await stage.macComesTo((restarts) => mac.restarts > restarts, before[0]);
  await stage.mac(
    (chat) => mac.answer(chat, { op: "delta", content: "after" }, { op: "done", stats: {} }),
    id,
  );
  await phone.see(".answer[data-state=done] .text", "^before after$");
  assert.deepEqual(await stage.mac(() => [mac.restarts, mac.modes.length]), [before[0] + 1, before[1]]);
  await phone.close();
});

test("Of two tabs the one used last is connected", async () => {
  const phone = await Phone.paired();
  const other = new Phone(await phone.page.browserContext().newPage());
  await other.page.goto(phone.page.url());
  await other.live();
  await phone.page.bringToFront();
  await phone.see(".banner", "another tab");
  await phone.click("Use here");
  await phone.live();
  await phone.close();
});

test("A phone that was removed is told so, and can forget the Mac", async () => {
  const phone = await Phone.paired();
  await stage.mac(() => mac.revoke());
  await phone.see(".banner", "was removed");
  await phone.click("Try again");
  await phone.see(".banner", "did not accept");
  await phone.click("Connection");
  await phone.click("Forget this Mac");
  await phone.click("Yes, forget it");
  await phone.see("h1", "Talk to your Mac");
  const left = await phone.page.evaluate(async () => {
    const request = indexedDB.open("quicpair");
    await new Promise((resolve) => (request.onsuccess = resolve));
    const all = request.result.transaction("macs").objectStore("macs").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    return all.result.length;
  });
  assert.equal(left, 0);
  await phone.close();
});

test("Nothing is left of the link's secret once the pairing is complete", async () => {
  const phone = await Phone.paired();
  const stored = await phone.page.evaluate(async () => {
    const request = indexedDB.open("quicpair");
    await new Promise((resolve) => (request.onsuccess = resolve));
    const all = request.result.transaction("macs").objectStore("macs").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    return all.result.map(({ secret, lasting, key }) => ({
      secret: secret ?? null,
      keys: Object.keys(lasting),
      extractable: key.privateKey.extractable,
    }));
  });
  assert.deepEqual(stored, [{ secret: null, keys: ["psk", "offerKey"], extractable: false }]);
  await phone.close();
});

test("A Mac without the right keys is refused before it hears anything", async () => {
  const link = await stage.mac((at) => {
    mac.behaviour.breakHandshake = true;
    mac.heard.length = 0;
    return mac.invite(at);
  }, stage.origin("localhost"));
  const phone = await Phone.open(link);
  await phone.click("Pair");
  await phone.see(".problem", "could not be verified");
  assert.deepEqual(await stage.mac(() => mac.heard), []);
  await stage.mac(() => (mac.behaviour.breakHandshake = false));
  await phone.click("Try again");
  await phone.live();
  await phone.close();
});

test("A Mac whose certificate is not the one in its answer hears nothing, not even a handshake", async () => {
  const link = await stage.mac((at) => {
    mac.behaviour.namesOtherCertificate = true;
    return mac.invite(at);
  }, stage.origin("localhost"));
  const phone = await Phone.open(link);
  await phone.click("Pair");
  await phone.see(".problem", "could not be verified");
  assert.deepEqual(await stage.mac(() => [mac.modes, mac.names]), [[1], []]);
  await phone.close();
});

test("A phone whose clock is wrong pairs by the Mac's", async () => {
  await stage.mac(() => (mac.behaviour.clockOffset = 4_000));
  const phone = await Phone.paired();
  await stage.mac(() => (mac.behaviour.clockOffset = 0));
  await phone.close();
});

test("A used, a damaged and an expired link each get their sentence", async () => {
  const origin = stage.origin("localhost");
  const used = await stage.mac((at) => [mac.invite(at), mac.invite(at)][0], origin);
  const phone = await Phone.open(used);
  await phone.click("Pair");
  await phone.see(".problem", "was used or has expired");
  await phone.click("Cancel");
  const fresh = await stage.mac((at) => mac.invite(at), origin);
  const damaged = await Phone.open(fresh.slice(0, -4));
  await damaged.see(".problem", "cut off");
  const old = await stage.mac((at) => mac.invite(at, { expiredFor: 1_100 }), origin);
  const expired = await Phone.open(old);
  await expired.see(".problem", "has expired");
  await Promise.all([phone, damaged, expired].map((each) => each.close()));
});

test("A paired phone that opens its own link when that has expired is with its Mac again", async () => {
  const phone = await Phone.paired();
  const old = await stage.mac((at) => mac.link(at, { expiredFor: 1_100 }), stage.origin("localhost"));
  await phone.page.goto("about:blank");
  await phone.page.goto(old);
  await phone.live();
  assert.deepEqual(await stage.mac(() => mac.modes), [1, 2]);
  assert.equal(phone.page.url(), `${stage.origin("localhost")}/p`);
  await phone.close();
});

test("Relays are taken from what was typed under Connection, and stay on this phone", async () => {
  const phone = await Phone.paired();
  await phone.click("Connection");
  await phone.page.type("input[name=turn-url]", "turn:127.0.0.1:9");
  await phone.page.type("input[name=turn-user]", "ada");
  await phone.page.type("input[name=turn-password]", "secret");
  await phone.page.evaluate(() => {
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = function (configuration) {
      globalThis.seenConfiguration = configuration;
      return new Real(configuration);
    };
  });
  await phone.click("Save and reconnect");
  await phone.page.waitForFunction(() => globalThis.seenConfiguration !== undefined);
  assert.deepEqual(await phone.page.evaluate(() => globalThis.seenConfiguration.iceServers), [
    { urls: "turn:127.0.0.1:9", username: "ada", credential: "secret" },
  ]);
  await phone.live();
  await phone.close();
});
