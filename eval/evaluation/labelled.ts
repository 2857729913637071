/** Rows of numbers with the class of each: what classifiers learn from, and what they are judged by. */
import type { FeatureSample } from '../feature-sample.js';
import type { Features } from '../features.js';
import type { Labelled } from '../svm-protocol.js';
import { type ImageBatch, ofImages, type Recorded, type Recorder, type Subject } from './measure.js';
import { type Store, sampleStore } from './store.js';
import { labelledImages, sharedImages } from './training.js';

/** Codes that are kept of training images and of those measured, at most: chosen by the images' hashes. @param d numbers of a code */
export const mostCodes = (d: number) => Math.min(60_000, Math.floor(2 ** 25 / d));

interface LabelledRows {
  /** float32 [n,d] */
  readonly rows: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** A sample of rows whose last column is the class. */
function labelledStore(d: number, capacity: number): Store<LabelledRows, FeatureSample> {
  const store = sampleStore(d + 1, capacity);
  return {
    ...store,
    start() {
      const sample = store.start();
      return {
        add({ rows, labels }, keys) {
          const joined = new Float32Array(keys.length * (d + 1));
          keys.forEach((_, i) => {
            joined.set(rows.subarray(i * d, (i + 1) * d), i * (d + 1));
            joined[i * (d + 1) + d] = labels[i]!;
          });
          // equal images of different classes stay apart
          sample.add(
            joined,
            keys.map((key, i) => `${key} ${labels[i]}`),
          );
        },
        state: () => sample.state(),
      };
    },
  };
}

/** Samples of training and of measured rows, recorded. */
export interface LabelledPair {
  readonly recorders: readonly Recorder[];
  readonly classes: number;
  /** @throws AlixError 'bad-data' where the measured images are among the training images */
  of(recorded: Recorded): LabelledSets;
}

export interface LabelledSets {
  /** In the order of their keys' hashes, which knows nothing of classes. */
  readonly train: Labelled;
  readonly measured: Labelled;
  /** Images in both. */
  readonly shared: number;
  /** Images that the sets were chosen from. */
  readonly seen: { readonly train: number; readonly measured: number };
}

/**
 * @param name of the quantity @param d numbers of an image @param rows of a batch, float32 [n,d]
 * @param cached as `Recorder.cached`
 * @throws AlixError as `labelledImages`
 */
export function labelledPair(
  subject: Subject,
  name: string,
  d: number,
  capacity: number,
  rows: (batch: ImageBatch) => Promise<Float32Array>,
  cached?: string,
): LabelledPair {
  const { classes, train } = labelledImages(subject);
  const recorder = (pass: 'images' | 'train') =>
    ofImages(
      `labelled-${name}`,
      labelledStore(d, capacity),
      async (batch) => ({ rows: await rows(batch), labels: batch.labels! }),
      { pass, ...(cached !== undefined && { cached }) },
    );
  const [ofTrain, ofMeasured] = [recorder('train'), recorder('images')];
  return {
    recorders: [ofTrain, ofMeasured],
    classes,
    of(recorded) {
      const [learnt, measured] = [recorded.of(ofTrain), recorded.of(ofMeasured)];
      return {
        train: unlabelled(learnt, d),
        measured: unlabelled(measured, d),
        shared: sharedImages(learnt.keys, measured.keys, train.name),
        seen: { train: learnt.seen, measured: measured.seen },
      };
    },
  };
}

/** Mean codes of the images with their classes. @throws AlixError as `labelledImages` */
export function labelledCodes(subject: Subject): LabelledPair {
  const { size } = subject.model.latent;
  return labelledPair(subject, 'codes', size, mostCodes(size), async (batch) => (await batch.codes()).mean);
}

function unlabelled({ features }: FeatureSample, d: number): Labelled {
  const n = features.length / (d + 1);
  const data = new Float32Array(n * d);
  const labels = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    data.set(features.subarray(i * (d + 1), i * (d + 1) + d), i * d);
    labels[i] = features[i * (d + 1) + d]!;
  }
  return { features: { data, d }, labels };
}

/** Rows `start` to `end`, without a copy. */
export function labelledPart({ features: { data, d }, labels }: Labelled, start: number, end: number): Labelled {
  const part: Features = { data: data.subarray(start * d, end * d), d };
  return { features: part, labels: Array.from(labels).slice(start, end) };
}

/** The share of the measured rows that have the class which most training rows have: what knowing nothing gets. */
export function majorityShare({ train, measured }: Pick<LabelledSets, 'train' | 'measured'>): number {
  const counts = new Map<number, number>();
  for (const label of Array.from(train.labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]!;
  return Array.from(measured.labels).filter((label) => label === most).length / measured.labels.length;
}
