import assert from "node:assert/strict";
import { test } from "node:test";
import { warmStart } from "../src/phone/warmStart.ts";
import type { Model } from "../src/protocol/messages.ts";

const model: Model = { name: "chosen", size: 1, loaded: false, remote: false, capabilities: [] };

/** The model that is to be loaded, undefined for the Mac's default; nothing where nothing is to be. */
function loads(models: readonly Model[]): (string | undefined)[] {
  const message = warmStart(models);
  return message?.op === "load" ? [message.model] : [];
}

test("Asks for the load of the chosen model, unless it is there or is not the Mac's to load", (context) => {
  const settings = JSON.stringify({ model: "chosen" });
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: () => settings }, configurable: true });
  context.after(() => Reflect.deleteProperty(globalThis, "localStorage"));
  assert.deepEqual(loads([model]), ["chosen"]);
  assert.deepEqual(loads([{ ...model, loaded: true }]), []);
  assert.deepEqual(loads([{ ...model, remote: true }]), []);
  assert.deepEqual(loads([{ ...model, name: "other" }]), [undefined]);
});
