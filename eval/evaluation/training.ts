/** Training images, for what learns from them: refused where they are the images that are measured. */
import { AlixError } from '@alix/infer/io/errors';
import type { EvalImages } from './images.js';
import type { Subject } from './measure.js';

/** Metrics that learn from training images. */
export const learning: readonly string[] = ['baseline', 'probe', 'neighbours', 'svm'];

/** Of the measured images, at most this share may be among the training images; data sets have a few equal images in both parts. */
const MOST_SHARED = 0.1;

/** @throws AlixError 'bad-data' where they are the measured images themselves: one object, or of one fingerprint */
export function checkTraining({ images, train }: Pick<Subject, 'images' | 'train'>): void {
  if (!train) return;
  if (train !== images && (train.fingerprint === undefined || train.fingerprint !== images.fingerprint)) return;
  throw sameImages(train.name, `all ${images.n}`);
}

/** Training and measured images that have labels of the same classes. */
export interface LabelledImages {
  readonly train: EvalImages;
  readonly images: EvalImages;
  readonly classes: number;
}

/** @throws AlixError 'bad-option' without training images; 'no-labels'; 'bad-data' where the classes differ, and as `checkTraining` */
export function labelledImages({ images, train }: Pick<Subject, 'images' | 'train'>): LabelledImages {
  if (!train)
    throw new AlixError('bad-option', 'it learns from training images, and there are none', {
      remedy: 'name them with --train',
    });
  checkTraining({ images, train });
  for (const { name, labels } of [images, train])
    if (!labels)
      throw new AlixError('no-labels', 'it compares classes, and the images have none', {
        where: name,
        remedy: 'choose data with labels',
      });
  const [own, other] = [train.classes ?? 0, images.classes ?? 0];
  if (own !== other || own < 2)
    throw new AlixError('bad-data', 'the images to learn from and those measured do not have the same classes', {
      where: images.name,
      expected: own < 2 ? 'at least 2 classes' : `${own} classes, as in ${train.name}`,
      found: `${other}`,
    });
  return { train, images, classes: own };
}

/**
 * How many of the measured images a classifier was trained on.
 *
 * @param train keys of the images that it learnt from @param measured of those that it is judged by
 * @throws AlixError 'bad-data' where they are more than a tenth
 */
export function sharedImages(train: readonly string[], measured: readonly string[], name: string): number {
  const known = new Set(train);
  const shared = measured.filter((key) => known.has(key)).length;
  if (shared <= MOST_SHARED * measured.length) return shared;
  throw sameImages(name, `${shared} of ${measured.length}`);
}

function sameImages(where: string, found: string): AlixError {
  return new AlixError('bad-data', 'what learns from images would be measured on the same ones', {
    where,
    found: `${found} of the measured images are among the training images`,
    remedy: 'name other images with --train, or measure another --split',
  });
}
