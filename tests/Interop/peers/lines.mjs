// JSON lines on stdin and stdout.
import readline from 'node:readline';

export const tell = news => process.stdout.write(JSON.stringify(news) + '\n');

/** Calls the handler named after each command; `exit` leaves. */
export function obey(handlers) {
  readline.createInterface({ input: process.stdin }).on('line', async line => {
    const command = JSON.parse(line);
    try {
      await handlers[command.command]?.(command);
    } catch (cause) {
      tell({ event: 'failed', cause: String(cause?.stack ?? cause) });
    }
    if (command.command === 'exit') process.exit(0);
  }).on('close', () => process.exit(0));
  tell({ event: 'ready' });
}
