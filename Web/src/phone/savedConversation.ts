import type { PhoneMessage } from "../protocol/messages.ts";
import { Conversation } from "./conversation.ts";
import type { Database } from "./database.ts";

const SAVE_AFTER_MS = 300;

/** The conversation with one Mac, which outlives the page. */
export class SavedConversation {
  readonly current: Conversation;
  readonly #database: Database;
  readonly #deviceId: string;
  #saving: ReturnType<typeof setTimeout> | undefined;

  private constructor(database: Database, deviceId: string, current: Conversation) {
    this.#database = database;
    this.#deviceId = deviceId;
    this.current = current;
  }

  static async read(database: Database, deviceId: string): Promise<SavedConversation> {
    const current = new Conversation(await database.conversation(deviceId));
    return new SavedConversation(database, deviceId, current);
  }

  /** Changes it, has it saved in a moment, and gives what is to be sent. */
  change(change: (conversation: Conversation) => PhoneMessage[]): PhoneMessage[] {
    this.#saving ??= setTimeout(() => void this.save(), SAVE_AFTER_MS);
    return change(this.current);
  }

  async save(): Promise<void> {
    this.drop();
    await this.#database.storeConversation(this.#deviceId, this.current.turns).catch(() => undefined);
  }

  /** What is not saved yet is not saved any more. */
  drop(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
  }
}
