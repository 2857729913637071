/** Evaluations side by side: which numbers compare, and where one model is clearly better. */
import { AlixError } from '@alix/infer/io/errors';
import type { Interval } from '../intervals.js';
import type { Group, Row } from './measure.js';
import { measures } from './measures/index.js';
import { type EvalRecord, namingOf } from './record.js';
import { learning } from './training.js';

/** A report with the name of its column. */
export interface NamedRecord {
  readonly label: string;
  readonly record: EvalRecord;
}

/** What is not the same in all evaluations. */
export interface Difference {
  readonly what: string;
  /** Of each evaluation, in their order. */
  readonly values: readonly string[];
  /** The metrics that do not compare because of it; 'all', or none where numbers compare nevertheless. */
  readonly affects: 'all' | readonly string[];
}

/**
 * How a row ends. 'clear': the best interval and those of the others have nothing in common; 'overlap': two intervals do, so that the
 * numbers do not tell which is better; 'no-interval': a number has none; 'not-comparable': not measured alike; 'no-order': neither
 * direction is better; 'alone': fewer than two have it.
 */
export type Verdict = 'clear' | 'overlap' | 'no-interval' | 'not-comparable' | 'no-order' | 'alone';

export interface ComparedRow {
  /** Of `--metrics`. */
  readonly metric: string;
  readonly group: Group;
  readonly name: string;
  readonly better?: 'lower' | 'higher';
  /** Of each evaluation; null where it was not measured. */
  readonly values: readonly ({ readonly value: number; readonly n: string; readonly interval?: Interval } | null)[];
  readonly verdict: Verdict;
  /** Where it is clear: which evaluation, from 0. */
  readonly best?: number;
  /** What of the differences keeps it from being comparable. */
  readonly because?: readonly string[];
}

/** compare.json, but for who made it when. */
export interface EvalComparison {
  readonly models: readonly (EvalRecord['model'] & {
    readonly label: string;
    readonly data: EvalRecord['data'];
    readonly created: string;
  })[];
  readonly differences: readonly Difference[];
  readonly rows: readonly ComparedRow[];
}

/** @throws AlixError 'too-few' for fewer than two; 'bad-report' for a report whose metrics cannot be read */
export function compareRecords(reports: readonly NamedRecord[]): EvalComparison {
  if (reports.length < 2)
    throw new AlixError('too-few', 'a comparison needs two reports', {
      expected: 'at least 2',
      found: `${reports.length}`,
    });
  const records = reports.map(({ record }) => record);
  const differences = differencesOf(records);
  return {
    models: reports.map(({ label, record: { model, data, created } }) => ({ label, ...model, data, created })),
    differences,
    rows: rowsSideBySide(reports, differences),
  };
}

/** Metrics that see images through a network, or learn from others. */
const through = {
  extractor: ['feature_mse', 'fd', 'fdinf', 'kid', 'prdc'],
  classifier: ['is', 'classes'],
  train: learning,
  reference: ['fd', 'fdinf', 'kid', 'prdc'],
} as const;
/** Conventions that numbers may differ in and yet be compared. */
const harmless: readonly string[] = ['seed', 'batch', 'samples', 'confidence', 'compat', 'differs', 'resize'];
const bySample: readonly string[] = ['kid', 'prdc', 'fdinf'];

const SAMPLED = 'sampled images';

interface Condition {
  readonly what: string;
  readonly of: (record: EvalRecord) => string | undefined;
  readonly affects: Difference['affects'];
}

const networkText = (network: EvalRecord['classifier'] | EvalRecord['extractor']) =>
  network && `${network.graph.slice(0, 12)}:${network.output}, ${network.preprocessing}`;

/** Files of one name may be different ones, and one file may have several names. */
const referenceText = ({ reference }: EvalRecord) =>
  reference ? (reference.sha256 ? `sha256 ${reference.sha256.slice(0, 12)}` : reference.name) : 'the images themselves';

const conditions: readonly Condition[] = [
  { what: 'image size', of: ({ data: { size } }) => `${size.height}x${size.width}x${size.channels}`, affects: 'all' },
  { what: 'number of images', of: ({ data }) => `${data.n}`, affects: 'all' },
  { what: 'extractor', of: ({ extractor }) => networkText(extractor), affects: through.extractor },
  { what: 'classifier', of: ({ classifier }) => networkText(classifier), affects: through.classifier },
  {
    what: 'training images',
    of: ({ train }) => train && `${train.name}, ${train.n}, ${train.fingerprint?.slice(0, 12)}`,
    affects: through.train,
  },
  { what: 'reference', of: referenceText, affects: through.reference },
  { what: SAMPLED, of: ({ conventions }) => text(conventions.samples), affects: [] },
  { what: 'seed', of: ({ conventions }) => text(conventions.seed), affects: [] },
  // what a tool does otherwise stands in the conventions of single metrics
  { what: 'tool', of: ({ conventions }) => text(conventions.compat), affects: [] },
  { what: 'precision of the weights', of: ({ model }) => model.precision ?? "the model's own", affects: [] },
  { what: 'device', of: ({ model }) => model.device, affects: [] },
];

const text = (value: unknown) =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

/** What it means for numbers, in words. */
export function consequenceOf({ what, affects }: Difference): string {
  if (affects === 'all') return 'no number compares';
  if (affects.length > 0) return `${affects.join(', ')} ${affects.length > 1 ? 'do' : 'does'} not compare`;
  return what === SAMPLED ? 'numbers of samples do not compare' : 'numbers compare';
}

/** What keeps numbers from being compared first. A thing that an evaluation has nothing of does not differ: its numbers are missing too. */
function differencesOf(records: readonly EvalRecord[]): Difference[] {
  const found = [imagesOf(records), splitOf(records)].filter((one) => one !== undefined);
  for (const { what, of, affects } of [...conditions, ...conventionsOf(records)]) {
    const values = records.map(of);
    const there = values.filter((value) => value !== undefined);
    if (there.length > 1 && new Set(there).size > 1)
      found.push({ what, values: values.map((value) => value ?? 'none'), affects });
  }
  return found.sort((a, b) => weight(b) - weight(a));
}

const weight = ({ affects }: Difference) => (affects === 'all' ? 2 : Math.min(1, affects.length));

/** By what names the images whatever their order, or, of older reports, by the content of the data and how many were taken. */
function imagesOf(records: readonly EvalRecord[]): Difference | undefined {
  const digests = records.map(({ data }) => data.images as string | undefined);
  const prints = records.map(({ data }) => data.fingerprint && `${data.fingerprint.slice(0, 12)}, the first ${data.n}`);
  const known = [digests, prints].find((all) => all.every((value) => value !== undefined));
  if (known && new Set(known).size === 1) return undefined;
  const values = known ?? records.map((_, i) => digests[i] ?? prints[i] ?? 'not known');
  const shown = values.map((value, i) => `${records[i]!.data.name} (${value!.slice(0, 12)})`);
  return { what: known ? 'images' : 'images: whether they are the same is not known', values: shown, affects: 'all' };
}

/** Told where the images differ; the same images are the same in whatever part of the data. */
function splitOf(records: readonly EvalRecord[]): Difference | undefined {
  if (!imagesOf(records)) return undefined;
  const values = records.map(({ data }) => data.split ?? 'none');
  return new Set(values).size > 1 ? { what: 'split', values, affects: 'all' } : undefined;
}

/** A convention belongs to the metric of its name; one of no metric, to all. */
function conventionsOf(records: readonly EvalRecord[]): Condition[] {
  const keys = new Set(records.flatMap(({ conventions }) => Object.keys(conventions)));
  return [...keys]
    .filter((key) => !harmless.includes(key))
    .map((key) => {
      const metric = key.split('.')[0]!;
      const isOwn = measures.some(({ name }) => name === metric);
      const affects = key === 'featureSample' ? bySample : isOwn ? [metric] : ('all' as const);
      return {
        what: `convention: ${key.replaceAll('_', ' ')}`,
        of: ({ conventions }) => text(conventions[key]),
        affects,
      };
    });
}

type MeasuredRow = Row & { readonly metric: string };

function rowsSideBySide(reports: readonly NamedRecord[], differences: readonly Difference[]): ComparedRow[] {
  const all = reports.map(({ label, record }) => measuredRows(record, label));
  const keyOf = ({ metric, group, name }: MeasuredRow) => `${metric} ${group} ${name}`;
  const byKey = all.map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const order = new Map(all.flat().map((row) => [keyOf(row), row]));
  const place = ({ metric }: MeasuredRow) => measures.findIndex(({ name }) => name === metric);
  return [...order.values()]
    .sort((a, b) => place(a) - place(b))
    .map((row) => {
      const { metric, group, name, better } = row;
      const values = byKey.map((rows) => {
        const found = rows.get(keyOf(row));
        if (!found || !Number.isFinite(found.value)) return null;
        const { value, n, interval } = found;
        // reports may have been changed by hand, and an interval that is none would make any difference look clear
        const isWhole = Number.isFinite(interval?.low) && Number.isFinite(interval?.high);
        return { value, n, ...(interval && isWhole && { interval }) };
      });
      // an evaluation that has no such number keeps the others from nothing
      const why = differences
        .filter(({ affects }) => affects === 'all' || affects.includes(metric))
        .filter((one) => new Set(one.values.filter((_, i) => values[i])).size > 1)
        .map(({ what }) => what);
      const counts = new Set(values.flatMap((value) => (value ? [value.n] : [])));
      const because = why.length === 0 && counts.size > 1 ? ['number of images'] : why;
      return { metric, group, name, ...(better && { better }), values, ...judged(values, better, because) };
    });
}

function measuredRows(record: EvalRecord, label: string): MeasuredRow[] {
  return measures.flatMap((measure) => {
    try {
      return measure.rows(record.metrics, namingOf(record)).map((row) => ({ ...row, metric: measure.name }));
    } catch (cause) {
      throw new AlixError('bad-report', `the numbers of ${measure.name} cannot be read`, {
        where: label,
        remedy: 'run `alix eval` again',
        cause,
      });
    }
  });
}

/** Only what intervals show: of the best, one that has nothing in common with any other's. */
function judged(
  values: ComparedRow['values'],
  better: ComparedRow['better'],
  because: readonly string[],
): Pick<ComparedRow, 'verdict' | 'best' | 'because'> {
  const there = values.flatMap((one, at) => (one ? [{ ...one, at }] : []));
  if (there.length < 2) return { verdict: 'alone' };
  if (because.length > 0) return { verdict: 'not-comparable', because };
  if (!better) return { verdict: 'no-order' };
  if (there.some(({ interval }) => !interval)) return { verdict: 'no-interval' };
  const sign = better === 'lower' ? 1 : -1;
  const [best, ...others] = there.sort((a, b) => sign * (a.value - b.value));
  const { low, high } = best!.interval!;
  if (others.some(({ interval }) => interval!.low <= high && low <= interval!.high)) return { verdict: 'overlap' };
  return { verdict: 'clear', best: best!.at };
}
