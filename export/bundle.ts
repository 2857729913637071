/** Trained model to model bundle: graphs, model.json and a parity check, in a folder that appears whole or not at all. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, type Precision, precisions } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { writeFolderAtomic } from '@alix/infer/io/files';
import { describe, type Told } from './describe.js';
import { goldenPairs } from './golden.js';
import { graphsOf, type ModelGraphs } from './graphs.js';
import type { TrainedModel } from './model.js';
import { answersOf, checkParity, type Forward, type Parity } from './parity.js';
import { layout, ratios, storedIn } from './precision/files.js';
import { type Measured, measure, toldOf } from './precision/measure.js';
import { questionsOf } from './questions.js';

/** A runtime with a bundle loaded. */
export interface LoadedModel extends Forward {
  /** Ends the runtime's hold on the bundle. */
  dispose?(): Promise<void>;
}

export interface ExportOptions {
  /** Loads a bundle's folder, its model.json included, in the runtime that parity is to be checked with. */
  readonly load: (folder: string, precision: Precision) => Promise<LoadedModel>;
  /** What the weights are stored in: the first is the bundle's own, others lie beside it. float32 unless given. */
  readonly precisions?: readonly Precision[];
  /** Replace what is at the output path; otherwise a folder with content is refused. */
  readonly replace?: boolean;
}

export interface Exported {
  /** model.json's content. */
  readonly bundle: Bundle;
  /** What was measured; model.json has its largest numbers. */
  readonly parity: Parity;
  /** Graphs that the system has and a bundle cannot hold, with the reason. */
  readonly omitted: ModelGraphs['omitted'];
}

/**
 * Writes a model bundle to the folder `out`: model.json and, where the system has them, encoder.onnx, decoder.onnx,
 * refine.onnx, critic.onnx, features.onnx, masked_encoder.onnx and classifier.onnx.
 *
 * Of a precision other than float32 it measures how far its graphs are from the float32 ones, `drift` in model.json.
 *
 * @throws AlixError 'parity' and 'drift' (nothing is written then), 'not-exportable', 'bad-architecture', 'bad-weights',
 *   'bad-examples', and those of writeFolderAtomic
 */
export async function exportBundle(
  model: TrainedModel,
  out: string,
  { load, replace = false, precisions: wanted = ['float32'] }: ExportOptions,
): Promise<Exported> {
  checkChoice(wanted);
  const questions = questionsOf(model);
  const { n } = questions;
  const made = graphsOf(model);
  const inputs = new Map([...made.graphs].map(([name, graph]) => [name, graph.inputs.map((port) => port.name)]));
  const answers = await answersOf(model.trained, inputs, questions);
  const stored = storedIn(model, made, new Set(['float32', ...wanted]));
  const found = new Map<Precision, Measured>([['float32', { golden: goldenPairs(answers, n, model.goldenFrom) }]]);
  const tell = (precisions: readonly Precision[], parity?: Bundle['parity']): Told => ({
    n,
    files: layout(stored, precisions),
    ...(parity && { parity }),
    ...toldOf(precisions, found),
  });
  return writeFolderAtomic(
    out,
    async (folder) => {
      const write = async (told: Told) => {
        for (const [name, bytes] of told.files) await writeFile(join(folder, name), bytes);
        const bundle = describe(model, made, told);
        await writeFile(join(folder, 'model.json'), `${JSON.stringify(bundle, null, 2)}\n`);
        return bundle;
      };
      // the runtime wants a whole bundle, so a draft holds the place of what is not known yet; float32 is its own precision
      const others = wanted.filter((precision) => precision !== 'float32');
      const draft = tell(['float32', ...others]);
      await write(draft);
      const { parity, reference } = await using(load(folder, 'float32'), async (loaded) => ({
        parity: await checkParity(answers, loaded, n),
        reference: others.length > 0 ? await answersOf(loaded, inputs, questions) : [],
      }));
      for (const precision of others) {
        const { dataCount: count = n, goldenFrom } = model;
        const asked = { inputs, questions, reference, count, goldenFrom, ratios: ratios(stored, precision) };
        found.set(precision, await using(load(folder, precision), (loaded) => measure(precision, loaded, asked)));
      }
      const { graphs: _, ...recorded } = parity;
      const told = tell(wanted, recorded);
      for (const name of draft.files.keys()) if (!told.files.has(name)) await rm(join(folder, name));
      return { bundle: await write(told), parity, omitted: made.omitted };
    },
    { replace },
  );
}

/** @throws AlixError 'bad-option' where there is none, or one twice */
function checkChoice(wanted: readonly Precision[]): void {
  const isEachOnce = wanted.length > 0 && new Set(wanted).size === wanted.length;
  if (isEachOnce && wanted.every((name) => precisions.includes(name))) return;
  throw new AlixError('bad-option', 'precisions are named once each', {
    expected: precisions.join(', '),
    found: wanted.join(', ') || 'none',
  });
}

/** Runs `work` on what is loaded, and disposes of it whatever happens. */
async function using<T>(loading: Promise<LoadedModel>, work: (loaded: LoadedModel) => Promise<T>): Promise<T> {
  const loaded = await loading;
  try {
    return await work(loaded);
  } finally {
    await loaded.dispose?.();
  }
}

/** The graphs of a model in float32 as files by name; the same weights give the same bytes. */
export const graphFiles = (model: TrainedModel): ReadonlyMap<string, Uint8Array> =>
  layout(storedIn(model, graphsOf(model), new Set(['float32'])), ['float32']);
