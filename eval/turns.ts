/** Turns of the event loop at which work can be ended. */
import { throwIfAborted } from '@alix/infer/io/errors';
import { turns } from '@alix/infer/io/turn';

/**
 * To be awaited between pieces of work: lets the event loop turn when it has not for 8 ms.
 *
 * @param signal that ends the work @throws AlixError 'interrupted', when it is awaited
 */
export function turnsUntil(signal: AbortSignal | undefined): () => Promise<void> {
  const turn = turns();
  return async () => {
    await turn();
    throwIfAborted(signal);
  };
}
