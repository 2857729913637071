/** The passes of an evaluation: each image is read, encoded and decoded once, whatever is measured. */
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { imageBatch, priorCodes, sampleBatch } from './batches.js';
import { keptStates } from './keep.js';
import type { ImageBatch, Pass, Recorder, SampleBatch, Subject } from './measure.js';
import { labelOf, mergeStates, type PartStore, partName, type States } from './parts.js';

export interface PassOptions {
  readonly signal: AbortSignal;
  /** Images of all passes done so far, finished parts included. */
  readonly onProgress: (pass: Pass, done: number, total: number) => void;
  /** What a person should know and is no error. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Finished parts go here, and are taken from here. */
  readonly parts?: PartStore | undefined;
  /** Names what parts depend on. */
  readonly plan: string;
  /** Images of a part, rounded up to whole batches: what an interruption costs at most. */
  readonly partSize: number;
}

const passNames: readonly Pass[] = ['images', 'samples', 'train'];

/** How many images a pass is over. */
export function sizeOf({ images, train, settings }: Subject, pass: Pass): number {
  return { images: images.n, samples: settings.samples, train: train?.n ?? 0 }[pass];
}

/** @param recorders with different names @throws AlixError 'interrupted', and those of reading, running and of recorders */
export async function runPasses(
  subject: Subject,
  recorders: readonly Recorder[],
  options: PassOptions,
): Promise<States> {
  const all = new Map<string, unknown>();
  const active = passNames.filter((pass) => recorders.some((recorder) => recorder.pass === pass));
  const total = active.reduce((sum, pass) => sum + sizeOf(subject, pass), 0);
  let before = 0;
  for (const pass of active) {
    const own = recorders.filter((recorder) => recorder.pass === pass);
    const states = await runPass(subject, pass, own, {
      ...options,
      onProgress: (name, done) => options.onProgress(name, before + done, total),
    });
    for (const [name, state] of states) all.set(name, state);
    before += sizeOf(subject, pass);
  }
  return all;
}

async function runPass(
  subject: Subject,
  pass: Pass,
  recorders: readonly Recorder[],
  options: PassOptions,
): Promise<States> {
  const { parts, plan, partSize, onProgress, onNote, signal } = options;
  const { batch } = subject.settings;
  const size = Math.ceil(partSize / batch) * batch;
  const n = sizeOf(subject, pass);
  const make = batchMaker(subject, pass, signal);
  let states: States | undefined;
  for (let start = 0; start < n; start += size) {
    const end = Math.min(n, start + size);
    const range = { pass, start, end };
    const place = { store: parts, name: partName(range), label: labelOf(range), plan, onNote };
    const part = await keptStates(place, recorders, () =>
      record(make, recorders, range, batch, signal, (done) => onProgress(pass, done, n)),
    );
    onProgress(pass, end, n);
    // in the order of the images, so that an evaluation that was interrupted gives the same bits
    states = states ? mergeStates(recorders, states, part) : part;
  }
  if (!states) throw new AlixError('too-few', `no images in the pass over ${pass}`, { expected: 'at least one' });
  return states;
}

type Batch = ImageBatch | SampleBatch;
type MakeBatch = (start: number, n: number) => Promise<Batch>;

function batchMaker(subject: Subject, pass: Pass, signal: AbortSignal): MakeBatch {
  const { images, train, model, settings } = subject;
  if (pass === 'samples') {
    const d = model.latent.size;
    const codes = priorCodes(model, settings.samples, settings.seed);
    return async (start, n) => sampleBatch(subject, codes.subarray(start * d, (start + n) * d), start, signal);
  }
  const source = pass === 'train' ? train! : images;
  return (start, n) => imageBatch(subject, source, start, n, signal);
}

/** Records a range; while a batch is recorded the next one runs already. */
async function record(
  make: MakeBatch,
  recorders: readonly Recorder[],
  { start, end }: { readonly start: number; readonly end: number },
  batch: number,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<States> {
  const collectors = recorders.map(({ store }) => store.start());
  const taken = async (from: number) => {
    throwIfAborted(signal);
    const made = await make(from, Math.min(batch, end - from));
    // all of them end before one's error is thrown: the model is freed only when nothing runs any more
    const taking = await Promise.allSettled(recorders.map(async (recorder) => recorder.take(made)));
    const failed = taking.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    return { made, values: taking.map((one) => (one as PromiseFulfilledResult<unknown>).value) };
  };
  let next: ReturnType<typeof taken> | undefined = taken(start);
  try {
    for (let from = start; from < end; from += batch) {
      const { made, values } = await next!;
      next = from + batch < end ? taken(from + batch) : undefined;
      // its error is thrown when its turn comes
      next?.catch(() => undefined);
      values.forEach((value, i) => {
        collectors[i]!.add(value, made.keys);
      });
      onProgress(from + made.n);
    }
  } finally {
    // for the same reason
    await next?.catch(() => undefined);
  }
  return new Map(recorders.map(({ name }, i) => [name, collectors[i]!.state()]));
}
