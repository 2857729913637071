/** What does not depend on the model is kept for evaluations of other models, by the content of the images that it is of. */
import { sha256 } from '@alix/infer/io/sha256';
import { decodeKept } from './keep.js';
import { ofImages, type Pass, type Recorder, type Subject } from './measure.js';
import { encodePart, type PartStore, type States } from './parts.js';
import { type PassOptions, runPasses } from './passes.js';
import { badPart, type Store } from './store.js';

export interface CacheOptions extends PassOptions {
  /** Used where `fingerprint` of the images is given. */
  readonly cache?: PartStore | undefined;
  /** Of the program; an entry of another is not found. */
  readonly version?: string | undefined;
}

interface Kept {
  readonly recorder: Recorder;
  readonly digest: Recorder<OrderedDigest>;
  /** Its name in the cache. */
  readonly file: string;
  /** What lay there. */
  readonly states?: States | undefined;
}

/**
 * All passes, but for what the cache has. A fingerprint may be of files' names and sizes alone, so each entry also says of which images it
 * is, and is used only if the pass has seen these: the images are always read, what makes features of them does not run again.
 *
 * @throws AlixError those of `runPasses`
 */
export async function recordAll(
  subject: Subject,
  recorders: readonly Recorder[],
  options: CacheOptions,
): Promise<States> {
  const { cache, onNote } = options;
  if (!cache) return runPasses(subject, recorders, options);
  const entries: Kept[] = [];
  for (const recorder of recorders) {
    const digest = digestOf[recorder.pass];
    const file = digest && (await fileOf(subject, recorder, options));
    if (file)
      entries.push({ recorder, digest, file, states: await decodeKept(cache, file, [recorder, digest], onNote) });
  }
  const found = entries.filter(({ states }) => states);
  const known = new Set(found.map(({ recorder }) => recorder));
  const digests = new Set(entries.map(({ digest }) => digest));
  const fresh = await runPasses(subject, [...recorders.filter((one) => !known.has(one)), ...digests], options);
  const all = new Map(fresh);
  const stale = found.filter(
    ({ digest, states }) => !isSame(states!.get(digest.name) as OrderedDigest, all.get(digest.name) as OrderedDigest),
  );
  for (const { recorder, states } of found) all.set(recorder.name, states!.get(recorder.name));
  if (stale.length > 0) {
    onNote?.('the cache holds features of other images under these names and sizes: made again');
    const again = await runPasses(
      subject,
      stale.map(({ recorder }) => recorder),
      { ...options, parts: undefined },
    );
    for (const [name, state] of again) all.set(name, state);
  }
  for (const entry of entries)
    if (!entry.states || stale.includes(entry)) {
      const both = [entry.recorder, entry.digest];
      await cache.write(entry.file, await encodePart({}, entry.file, both, all));
    }
  return all;
}

/** Undefined for what depends on the model, and where nothing names the images. */
async function fileOf(
  { images, train, model, settings }: Subject,
  { pass, name, cached }: Recorder,
  { partSize, version }: CacheOptions,
): Promise<string | undefined> {
  const source = pass === 'train' ? train : images;
  if (cached === undefined || !source?.fingerprint) return undefined;
  // the last bits depend on batches, parts and device: a number must not depend on what lies in the cache
  const { batch } = settings;
  const parts = [source.fingerprint, source.n, name, cached, batch, partSize, model.device, version];
  return `${await sha256(new TextEncoder().encode(JSON.stringify(parts)))}.safetensors`;
}

/** Images in their order: the sum of their digests, each times an odd number to the power of those after it, modulo 2^256. */
interface OrderedDigest {
  readonly sum: bigint;
  readonly power: bigint;
}

const BASE = 0x9e3779b97f4a7c15f39cc0605cedc835n;
const MODULUS = 2n ** 256n;

const isSame = (a: OrderedDigest, b: OrderedDigest) => a.sum === b.sum && a.power === b.power;
const after = (a: OrderedDigest, b: OrderedDigest): OrderedDigest => ({
  sum: (a.sum * b.power + b.sum) % MODULUS,
  power: (a.power * b.power) % MODULUS,
});

const orderedDigest: Store<readonly string[], OrderedDigest> = {
  start() {
    let all: OrderedDigest = { sum: 0n, power: 1n };
    return {
      add(keys) {
        for (const key of keys) all = after(all, { sum: BigInt(`0x${key}`), power: BASE });
      },
      state: () => all,
    };
  },
  merge: after,
  encode({ sum, power }) {
    const data = new TextEncoder().encode(`${sum} ${power}`);
    return new Map([['digest', { shape: [data.length], data }]]);
  },
  decode(tensors, where) {
    const data = tensors.get('digest')?.data;
    const text = data instanceof Uint8Array ? new TextDecoder().decode(data) : '';
    if (!/^\d+ \d+$/.test(text)) throw badPart(where);
    const [sum, power] = text.split(' ');
    return { sum: BigInt(sum!), power: BigInt(power!) };
  },
};

const digestOf: Readonly<Partial<Record<Pass, Recorder<OrderedDigest>>>> = {
  images: ofImages('order', orderedDigest, ({ keys }) => keys),
  train: ofImages('order', orderedDigest, ({ keys }) => keys, { pass: 'train' }),
};
