import type { PairedMac } from "./database.ts";

/** As many as a banner on a phone has room for; all of them are under Connection. */
const MAXIMUM_STAND_INS = 3;

/** The Macs that this phone knows beside the one of a pairing; one that has not accepted it yet is none. */
export function otherMacs(all: readonly PairedMac[], self: PairedMac): PairedMac[] {
  return all.filter(({ deviceId, vouching }) => deviceId !== self.deviceId && vouching !== "asked");
}

/** Who can take the place of a Mac that is away, the one used last first. */
export function standIns(all: readonly PairedMac[], self: PairedMac): PairedMac[] {
  return otherMacs(all, self)
    .filter(({ macId, lasting }) => macId !== self.macId && lasting !== undefined)
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(0, MAXIMUM_STAND_INS);
}
