/** The worker's side: makes minibatches one after the other, as far ahead as it is allowed to. */
import type { MessagePort } from 'node:worker_threads';
import type { RowReader, RowSource } from '../datasets/row-source.js';
import { Maker, type Place, type Prepared, placeAfter } from './maker.js';
import { type Delivery, type More, toPlain, type WorkerOrder } from './protocol.js';

/** Deliveries that are made at once: while the rows of one come from the disk, those of another are decoded. */
const AT_ONCE = 2;

/** @param open how rows are read; another way in tests alone */
export function serve(
  port: Pick<MessagePort, 'on' | 'postMessage'>,
  { plan, from, perMessage, messages }: WorkerOrder,
  open?: (source: RowSource) => RowReader,
): void {
  const maker = new Maker(plan, open);
  let place = from;
  let allowed = messages;
  let making = 0;
  let sent = Promise.resolve();
  let hasFailed = false;

  function goOn(): void {
    while (allowed > 0 && making < AT_ONCE && !hasFailed) {
      allowed--;
      making++;
      const places = Array.from({ length: perMessage }, () => {
        const here = place;
        place = placeAfter(place, plan.perEpoch);
        return here;
      });
      const made = make(maker, places);
      // in the order of places, whichever is made first
      sent = sent.then(async () => {
        const delivery = await made;
        if (!hasFailed) port.postMessage(delivery, buffersOf(delivery));
        hasFailed ||= delivery.failure !== undefined;
        making--;
        goOn();
      });
    }
  }

  port.on('message', (_more: More) => {
    allowed++;
    goOn();
  });
  goOn();
}

/** Those before the first that fails, and why it does: a run goes on to the very minibatch that cannot be had. */
async function make(maker: Maker, places: readonly Place[]): Promise<Delivery> {
  const minibatches: Prepared[] = [];
  try {
    for (const place of places) minibatches.push(await maker.make(place));
    return { minibatches };
  } catch (error) {
    return { minibatches, failure: toPlain(error) };
  }
}

/** Handed over, not copied. */
const buffersOf = ({ minibatches }: Delivery): ArrayBuffer[] =>
  minibatches.flatMap(({ x, labels }) => (labels ? [x.buffer, labels.data.buffer] : [x.buffer]));
