import { randomBytes, toBase64Url } from "../bytes.ts";
import type { Device, MacMessage, PhoneMessage, Role } from "../protocol/messages.ts";

/** The devices of a Mac, which it shows to an owner's phone only. */
export class DeviceList {
  /** Undefined until the Mac has shown them. */
  known: readonly Device[] | undefined;

  /** Why the last change was refused, in the Mac's words. */
  problem = "";

  readonly #send: (message: PhoneMessage) => void;
  #listing: string | undefined;

  constructor(send: (message: PhoneMessage) => void) {
    this.#send = send;
  }

  ask(): void {
    this.#listing = newId();
    this.#send({ op: "devices", id: this.#listing });
  }

  setRole(device: string, role: Role): void {
    this.problem = "";
    this.#send({ op: "device_set", id: newId(), device, role });
  }

  revoke(device: string): void {
    this.problem = "";
    this.#send({ op: "device_revoke", id: newId(), device });
  }

  /** Whether the message was about devices. */
  receive(message: MacMessage): boolean {
    switch (message.op) {
      case "devices":
        this.#take(message.id, message.devices);
        return true;
      case "device_revoked":
        this.known = this.known?.filter(({ device }) => device !== message.device);
        return true;
      case "error":
        return this.#refused(message.for, message.message);
      default:
        return false;
    }
  }

  // The reply to a change holds the changed device only.
  #take(id: string, devices: readonly Device[]): void {
    this.known =
      id === this.#listing
        ? devices
        : this.known?.map((old) => devices.find(({ device }) => device === old.device) ?? old);
  }

  #refused(request: string | undefined, sentence: string): boolean {
    switch (request) {
      case "devices":
        // Not an owner: there is nothing to show.
        this.known = undefined;
        return true;
      case "device_set":
      case "device_revoke":
        this.problem = sentence;
        return true;
      default:
        return false;
    }
  }
}

function newId(): string {
  return toBase64Url(randomBytes(16));
}
