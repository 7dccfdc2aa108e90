/** A Mac keeps one live session for each phone, so of several tabs only the one used last connects. */
export class Tabs {
  readonly #channel: BroadcastChannel | undefined;

  constructor(deviceId: string, onClaimedElsewhere: () => void) {
    this.#channel =
      typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`quicpair ${deviceId}`);
    this.#channel?.addEventListener("message", onClaimedElsewhere);
  }

  claim(): void {
    this.#channel?.postMessage("claim");
  }

  close(): void {
    this.#channel?.close();
  }
}
