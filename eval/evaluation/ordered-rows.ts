/** All rows in the data's order, for what a sample of them cannot give: random draws of other tools, which count rows by their places. */
import { AlixError } from '@alix/infer/io/errors';
import type { Features } from '../features.js';
import { cacheKey, extractorOf } from './common-recorders.js';
import { compared } from './compared.js';
import {
  type OpenMeasure,
  ofImages,
  ofSamples,
  type Pass,
  type Recorded,
  type Recorder,
  type ReferenceSet,
  type Subject,
} from './measure.js';
import { sizeOf } from './passes.js';
import { badPart, joined, type Store } from './store.js';

/** Numbers of a set of rows at most: 50,000 rows of 2048, 400 MB. */
const MOST = 50_000 * 2048;

/** float32 [n,d], every row in order. */
export function orderedStore(d: number): Store<Float32Array, Float32Array> {
  return {
    start() {
      const batches: Float32Array[] = [];
      return {
        add(values, keys) {
          if (values.length !== keys.length * d)
            throw new AlixError('bad-shape', `${d} numbers for each row are needed`, { found: `${values.length}` });
          batches.push(values.slice());
        },
        state: () => joined(Float32Array, batches),
      };
    },
    merge: (a, b) => joined(Float32Array, [a, b]),
    encode: (rows) => new Map([['rows', { shape: [rows.length / d, d], data: rows }]]),
    decode(tensors, where) {
      const rows = tensors.get('rows')?.data;
      if (rows instanceof Float32Array && rows.length % d === 0) return rows;
      throw badPart(where);
    },
  };
}

/** Refused before anything runs. @throws AlixError 'too-many' where all rows of a pass would not fit in memory */
export function checkRoomForRows(subject: Subject, passes: readonly Pass[], d: number): void {
  for (const pass of passes) {
    const n = sizeOf(subject, pass);
    if (n * d <= MOST) continue;
    throw new AlixError('too-many', `all rows of ${d} numbers are kept, and there are too many ${pass}`, {
      expected: `at most ${Math.floor(MOST / d)}`,
      found: `${n}`,
      remedy: `take fewer: ${pass === 'samples' ? '--samples' : '--n'}`,
    });
  }
}

/**
 * As `comparison`, of all features in order.
 *
 * @param ofReference its features @throws AlixError 'bad-option', 'too-many'
 */
export function orderedComparison(
  subject: Subject,
  name: string,
  compare: (real: Features, fake: Features, signal: AbortSignal | undefined) => object | Promise<object>,
  ofReference: (reference: ReferenceSet) => Features,
): Pick<OpenMeasure, 'recorders' | 'results'> {
  const extractor = extractorOf(subject);
  const { d } = extractor;
  checkRoomForRows(subject, ['images', 'samples'], d);
  const store = orderedStore(d);
  const real = ofImages('feature-rows', store, (batch) => batch.features(), { cached: cacheKey(extractor) });
  const made = ofImages('reconstructed-feature-rows', store, (batch) => batch.reconstructedFeatures());
  const fresh = ofSamples('feature-rows', store, (batch) => batch.features());
  const rows = (recorded: Recorded, recorder: Recorder<Float32Array>) => ({ data: recorded.of(recorder), d });
  const { reference } = subject;
  return {
    recorders: [real, made, fresh],
    results: {
      [`${compared[0]}.${name}`]: (recorded) => compare(rows(recorded, real), rows(recorded, made), recorded.signal),
      [`${compared[1]}.${name}`]: (recorded) =>
        compare(reference ? ofReference(reference) : rows(recorded, real), rows(recorded, fresh), recorded.signal),
    },
  };
}
