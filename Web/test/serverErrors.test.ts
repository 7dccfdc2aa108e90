import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerErrors } from "../src/phone/serverErrors.ts";

const STUN = "stun:stun.example";
const RELAY = "turn:turn.example";
const TLS = "turns:turn.example:443?transport=tcp";
const MAPPED = "a=candidate:2 1 udp 1677729535 203.0.113.9 4000 typ srflx raddr 0.0.0.0 rport 0\r\n";
const RELAYED = "a=candidate:3 1 udp 33562367 192.0.2.15 5000 typ relay raddr 203.0.113.9 rport 4000\r\n";

type Told = [url: string, code: number, text?: string];

function cause(urls: string[], told: Told[], sdp = "", isGathering = false): string {
  const errors = new ServerErrors(urls.map((url) => ({ urls: url })));
  for (const [url, errorCode, errorText = ""] of told) {
    errors.note({ url, errorCode, errorText });
  }
  return errors.cause(sdp, isGathering);
}

test("Without servers nothing more is known than that there is no path", () => {
  assert.equal(cause([], []), "no_path");
  assert.equal(cause([STUN], [["stun:another.example:3478", 701]]), "no_path");
  assert.equal(cause(["what is this"], [["", 701]]), "no_path");
});

test("UDP is blocked when every server that is asked by UDP is silent", () => {
  assert.equal(cause([STUN], [["stun:stun.example:3478", 701]]), "udp_blocked");
  assert.equal(
    cause([STUN, RELAY], [[STUN, 701], ["turn:turn.example:3478?transport=udp", 701]]),
    "udp_blocked",
  );
  assert.equal(cause([STUN, RELAY], [[STUN, 701]]), "no_path");
  assert.equal(cause([STUN, STUN], [[STUN, 701]], MAPPED), "no_path");
});

test("A server that has said nothing when time is up is silent", () => {
  assert.equal(cause([STUN], [], "", true), "udp_blocked");
  assert.equal(cause([STUN, RELAY], [], MAPPED, true), "relay_unreachable");
  assert.equal(cause([STUN], [], MAPPED, true), "no_path");
  assert.equal(cause([STUN, RELAY], [[RELAY, 401]], "", true), "relay_refused");
  assert.equal(cause([], [], "", true), "no_path");
});

test("A TURN server that refuses is told apart from one that is away", () => {
  assert.equal(cause([STUN, RELAY], [[STUN, 701], [RELAY, 401]]), "relay_refused");
  assert.equal(cause([RELAY], [[RELAY, 701], [RELAY, 486], [RELAY, 701]]), "relay_refused");
  assert.equal(cause([STUN, RELAY], [[RELAY, 701]], MAPPED), "relay_unreachable");
  assert.equal(cause([TLS], [["turns:turn.example:443?transport=tcp", 701]]), "relay_unreachable");
});

test("A dead TURN server alone says nothing of the network", () => {
  const beside = "stun:turn.example";
  assert.equal(cause([RELAY], [[RELAY, 701]]), "relay_unreachable");
  assert.equal(cause([RELAY], [], "", true), "relay_unreachable");
  assert.equal(cause([beside, RELAY], [[beside, 701], [RELAY, 701]]), "relay_unreachable");
});

test("A name without an address is told from a server that is silent", () => {
  const lookup = "STUN host lookup received error.";
  assert.equal(cause([STUN], [[STUN, 701, lookup]]), "name_unresolved");
  assert.equal(cause([RELAY], [[RELAY, 701, "TURN host lookup received error."]]), "name_unresolved");
  assert.equal(cause([STUN, RELAY], [[STUN, 701, lookup], [RELAY, 701]]), "relay_unreachable");
  assert.equal(cause([STUN, RELAY], [[STUN, 701, lookup], [RELAY, 401]]), "relay_refused");
  // An interface with IPv6 finds no address of a server that has IPv4 only.
  assert.equal(cause([STUN], [[STUN, 701, lookup], [STUN, 701, "STUN binding request timed out."]]), "udp_blocked");
  assert.equal(cause([STUN], [[STUN, 701, lookup]], MAPPED), "no_path");
  assert.equal(cause([STUN], [[STUN, 701, lookup]], "", true), "udp_blocked");
});

test("What a browser says of its own interfaces is no refusal", () => {
  const other = "Address not associated with the desired network interface.";
  assert.equal(cause([TLS], [[TLS, 600, other]]), "no_path");
  assert.equal(cause([TLS], [[TLS, 600, other], [TLS, 701, "Failed to establish connection"]]), "relay_unreachable");
  assert.equal(cause([RELAY], [[RELAY, 600], [RELAY, 508]]), "relay_refused");
});

test("A relay that works leaves the other side", () => {
  assert.equal(cause([STUN, RELAY, TLS], [[STUN, 701], [TLS, 701]], RELAYED), "no_path");
});
