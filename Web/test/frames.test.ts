import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { byFrame } from "../src/ui/frames.ts";

/** A page whose frames come when the test lets them. */
function stage() {
  mock.timers.enable({ apis: ["setTimeout"] });
  let asked: (() => void)[] = [];
  let drawn = 0;
  Object.assign(globalThis, {
    requestAnimationFrame: (frame: () => void) => asked.push(frame),
    cancelAnimationFrame: () => {
      asked = [];
    },
  });
  return {
    draw: byFrame(() => drawn++),
    frame: () => {
      for (const each of asked.splice(0)) {
        each();
      }
    },
    drawn: () => drawn,
  };
}

test("a thousand words between two frames are drawn once", () => {
  const { draw, frame, drawn } = stage();
  for (let word = 0; word < 1_000; word++) {
    draw();
  }
  assert.equal(drawn(), 0);
  frame();
  assert.equal(drawn(), 1);
  mock.timers.tick(1_000);
  assert.equal(drawn(), 1);
  draw();
  frame();
  assert.equal(drawn(), 2);
  mock.timers.reset();
});

test("a page without frames is drawn all the same", () => {
  const { draw, frame, drawn } = stage();
  draw();
  mock.timers.tick(100);
  assert.equal(drawn(), 1);
  frame();
  assert.equal(drawn(), 1);
  mock.timers.reset();
});
