import { randomBytes, toBase64Url } from "../bytes.ts";
import type { Model, PhoneMessage } from "../protocol/messages.ts";
import { readSettings } from "./settings.ts";

/** The load of the model that the next question goes to; undefined when it is there, or is not the Mac's to load. */
export function warmStart(models: readonly Model[]): PhoneMessage | undefined {
  const { model } = readSettings();
  const chosen = models.find(({ name }) => name === model);
  if (chosen?.remote === true || chosen?.loaded === true) {
    return undefined;
  }
  const id = toBase64Url(randomBytes(16));
  return { op: "load", id, ...(chosen === undefined ? {} : { model: chosen.name }) };
}
