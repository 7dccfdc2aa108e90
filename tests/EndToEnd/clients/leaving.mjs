// What the runner at RUNNER_URL knows of answers that a program leaves in the middle.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 5;
const SEEDS = 10;

const counts = async () => (await fetch(new URL('/requests', process.env.RUNNER_URL))).json();

async function until(isSo) {
  for (let now = await counts(); ; now = await counts()) {
    if (isSo(now)) return now;
    await setTimeout(POLL_MS);
  }
}

/**
 * Has `leave(seed, begun)` ask and go away; `begun()` waits until the runner works on it. Ends when the runner has
 * given the answer up. One that came to its end before is asked for again with another seed; a runner that hears of
 * nothing ends them all.
 */
export async function isGivenUp(leave) {
  const { abandoned: before } = await counts();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { chats: asked } = await counts();
    const begun = () => until(({ chats }) => chats > asked);
    await leave(seed, begun);
    const { abandoned } = await until(({ chats, answered, abandoned: left }) => answered + left === chats);
    if (abandoned === before) continue;
    assert.equal(abandoned, before + 1);
    return;
  }
  assert.fail(`Of ${SEEDS} answers that were left, the runner said each to its end.`);
}
