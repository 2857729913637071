/** States that are kept: taken from where they lie, or made and put there. */
import { AlixError } from '@alix/infer/io/errors';
import type { Recorder } from './measure.js';
import { decodePart, encodePart, type PartStore, type States } from './parts.js';

export interface Place {
  readonly store: PartStore | undefined;
  readonly name: string;
  readonly label: Readonly<Record<string, string>>;
  readonly plan: string;
  readonly onNote?: ((note: string) => void) | undefined;
}

/** What is damaged is made again, and told. @throws AlixError 'other-plan' where another evaluation's lies there */
export async function keptStates(
  { store, name, label, plan, onNote }: Place,
  recorders: readonly Recorder[],
  make: () => Promise<States>,
): Promise<States> {
  const found = await store?.read(name);
  if (found)
    try {
      return await decodePart(found, name, label, plan, recorders);
    } catch (error) {
      if (!(error instanceof AlixError) || error.code === 'other-plan') throw error;
      onNote?.(`${name} is damaged (${error.what}): measured again`);
    }
  const states = await make();
  await store?.write(name, await encodePart(label, plan, recorders, states));
  return states;
}

/** An entry of a cache under a name that says all it depends on; undefined where there is none, or it is damaged, which is told. */
export async function decodeKept(
  store: PartStore,
  name: string,
  recorders: readonly Recorder[],
  onNote: ((note: string) => void) | undefined,
): Promise<States | undefined> {
  const found = await store.read(name);
  if (!found) return undefined;
  try {
    return await decodePart(found, name, {}, name, recorders);
  } catch (error) {
    if (!(error instanceof AlixError)) throw error;
    onNote?.(`in the cache ${name} is damaged (${error.what}): made again`);
    return undefined;
  }
}
