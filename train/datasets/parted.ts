/** Data sets that come in published parts, of which each split takes one, or some rows of one. */
import { type Dataset, type DatasetRequest, type DatasetSource, resolveOptions, type Split } from './dataset.js';
import { parsePart, rowsIn } from './part-range.js';
import { subset } from './subset.js';

export interface PartedSource extends Omit<DatasetSource, 'open'> {
  /** The parts as they are published. */
  readonly parts: readonly string[];
  /** What each split is unless the options say otherwise: a part, a range (part-range.ts), or one of `named`. */
  readonly usual: Readonly<Record<Split, string>>;
  /** Ranges that papers used, by name. */
  readonly named?: Readonly<Record<string, string>>;
  /** Opens a whole part. What `path` names may be a file of one part alone: that is then opened whatever the part. */
  open(request: Omit<DatasetRequest, 'split'> & { readonly part: string }): Promise<Dataset>;
}

/**
 * The source with the options `train` and `test`, which say what each split is. One file's rows are both splits.
 *
 * @throws AlixError on opening: 'bad-option', and those of the source
 */
export function withParts(source: PartedSource): DatasetSource {
  const { name, summary, parts, named, usual } = source;
  const defaults = { ...source.defaults, ...usual };
  return {
    name,
    summary,
    defaults,
    async open({ split, options, ...request }) {
      const { train, test, ...own } = resolveOptions<Record<string, unknown>>(name, defaults, options);
      const where = `data set "${name}", option "${split}"`;
      const range = parsePart(`${split === 'train' ? train : test}`, where, parts, named);
      const dataset = await source.open({ ...request, options: own, part: range.part });
      return subset(dataset, ...rowsIn(range, dataset.count, where));
    },
  };
}

/** A source that has the two parts already. */
export function partedBySplit(source: DatasetSource, named?: Readonly<Record<string, string>>): DatasetSource {
  return withParts({
    ...source,
    parts: ['train', 'test'],
    usual: { train: 'train', test: 'test' },
    ...(named && { named }),
    open: ({ part, ...request }) => source.open({ ...request, split: part as Split }),
  });
}
