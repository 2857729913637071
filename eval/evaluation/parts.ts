/** A part of a pass as the bytes of a file: what each recorder holds of a range of images. Parts merge in the order of their ranges. */
import { AlixError } from '@alix/infer/io/errors';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '@alix/infer/io/safetensors';
import { sha256 } from '@alix/infer/io/sha256';
import type { Pass, Recorder } from './measure.js';
import { badPart, type Tensors } from './store.js';

/** Where parts and what may be used again are kept: files, or a page's storage. */
export interface PartStore {
  /** Undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes under a name, whole or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** What a part is of. */
export interface PartRange {
  readonly pass: Pass;
  /** Images start to end of the pass, end not included. */
  readonly start: number;
  readonly end: number;
}

/** What recorders hold, by their names. */
export type States = ReadonlyMap<string, unknown>;

const FORMAT = 'alix-eval-part';
const VERSION = '2';

/** @param plan names everything that the content depends on @param label what it is of, e.g. `labelOf(range)` */
export async function encodePart(
  label: Readonly<Record<string, string>>,
  plan: string,
  recorders: readonly Recorder[],
  states: States,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, NamedTensor>();
  for (const { name, store } of recorders)
    for (const [key, tensor] of store.encode(states.get(name))) tensors.set(`${name}/${key}`, tensor);
  const head = { ...label, format: FORMAT, version: VERSION, plan };
  return encodeSafetensors(tensors, { ...head, sum: await sumOf(tensors, head) });
}

/** @throws AlixError 'bad-safetensors'; 'bad-part' (damaged); 'other-plan' (a part of another evaluation) */
export async function decodePart(
  bytes: Uint8Array,
  where: string,
  label: Readonly<Record<string, string>>,
  plan: string,
  recorders: readonly Recorder[],
): Promise<States> {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const { sum, ...head } = metadata;
  if (head.format !== FORMAT || head.version !== VERSION || sum !== (await sumOf(tensors, head))) throw badPart(where);
  if (metadata.plan !== plan || Object.entries(label).some(([key, value]) => metadata[key] !== value))
    throw new AlixError('other-plan', 'what was begun here is another evaluation', {
      where,
      remedy:
        'give the same model, data and options again, with the version of alix that began it, or leave out --resume to begin anew',
    });
  return new Map(
    recorders.map(({ name, store }) => {
      const own: Tensors = new Map(
        [...tensors]
          .filter(([key]) => key.startsWith(`${name}/`))
          .map(([key, tensor]) => [key.slice(name.length + 1), tensor]),
      );
      return [name, store.decode(own, where)];
    }),
  );
}

export function partName({ pass, start, end }: PartRange): string {
  return `${pass}-${start}-${end}.safetensors`;
}

export function labelOf({ pass, start, end }: PartRange): Readonly<Record<string, string>> {
  return { pass, start: `${start}`, end: `${end}` };
}

/** Both, the rows of the first before those of the second. */
export function mergeStates(recorders: readonly Recorder[], a: States, b: States): States {
  return new Map(recorders.map(({ name, store }) => [name, store.merge(a.get(name), b.get(name))]));
}

/** sha256 over the tensors' names, shapes and content and the rest of the head: safetensors itself would not notice a flipped bit. */
async function sumOf(tensors: Tensors, head: Readonly<Record<string, string>>): Promise<string> {
  const sums = await Promise.all(
    [...tensors].map(async ([name, { shape, data }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      return `${name} [${shape}] ${await sha256(bytes)}`;
    }),
  );
  const text = [...sums.sort(), JSON.stringify(Object.entries(head).sort())].join('\n');
  return sha256(new TextEncoder().encode(text));
}
