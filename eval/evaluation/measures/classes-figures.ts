/** What `classes` shows in reports: a row for each class. */
import { bars } from '../../report/bars.js';
import { figure } from '../../report/figure.js';
import { shortNumber } from '../../report/numbers.js';
import { table } from '../../report/table.js';
import type { Drawn } from '../measure.js';
import type { AccuracyResult, ErrorsResult, SharesResult } from './classes.js';

/** Classes that a figure shows at most. */
const MOST = 40;

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** The classes with the largest of some value where they are many, in their order, and what to say about it. */
function shown<T>(all: readonly T[], value: (one: T) => number, which: string): { rows: readonly T[]; note?: string } {
  if (all.length <= MOST) return { rows: all };
  const chosen = new Set([...all].sort((a, b) => value(b) - value(a)).slice(0, MOST));
  return { rows: all.filter((one) => chosen.has(one)), note: `The ${MOST} of ${all.length} classes ${which}.` };
}

export function errorBars({ n, classes }: ErrorsResult): Drawn {
  const { rows, note } = shown(classes, ({ mean }) => mean, 'with the largest errors');
  const all = classes.reduce((sum, own) => sum + own.n * own.mean, 0) / n;
  const content = bars({
    nameLabel: 'class',
    valueLabel: 'MSE',
    rows: rows.map(({ label, name, n: own, mean, interval }) => ({
      name: name ?? `${label}`,
      value: mean,
      interval,
      n: own,
    })),
    reference: { name: 'the mean of all images', value: all },
    ...(note !== undefined && { note }),
  });
  return { group: 'reconstructions', content: figure({ heading: 'Errors by class', content }) };
}

export function accuracyTable({ classes }: AccuracyResult): Drawn {
  const { rows, note } = shown(classes, (own) => own.real - own.reconstructions, 'that lose the most');
  const content = table(
    ['class', 'real images', 'reconstructions', 'images'],
    rows.map(({ label, name, real, reconstructions, n }) => [
      name ?? `${label}`,
      percent(real),
      percent(reconstructions),
      n,
    ]),
    note,
  );
  return { group: 'reconstructions', content: figure({ heading: 'Told as their class', content }) };
}

export function shareTable({ classes, difference, byChance, entropy }: SharesResult): Drawn {
  const { rows, note } = shown(classes, (own) => Math.abs(own.samples - own.labels), 'whose shares differ most');
  const content = table(
    ['class', 'labels', 'real images', 'samples'],
    rows.map(({ label, name, labels, predicted, samples }) => [
      name ?? `${label}`,
      percent(labels),
      percent(predicted),
      percent(samples),
    ]),
    note,
  );
  const caption = `Shares of classes: by the data's labels, and as the classifier takes real images and samples. Labels and samples differ in ${percent(difference)}; as many labels of one distribution would in about ${percent(byChance)}. Entropy ${shortNumber(entropy.samples)} nats, of the labels ${shortNumber(entropy.labels)}.`;
  return { group: 'samples', content: figure({ heading: 'Classes of samples', content, caption }) };
}
