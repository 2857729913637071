/** A part of a data set with a range of its rows, as text: 'train', 'train[:45000]', 'train[-10000:]'. */
import { AlixError } from '@alix/infer/io/errors';

export interface PartRange {
  readonly part: string;
  /** As in Python: counted from the end where negative; undefined: from the beginning, to the end. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * @param where the option, for error messages
 * @param parts the parts there are
 * @param named names of ranges, each the text of one
 * @throws AlixError 'bad-option'
 */
export function parsePart(
  text: string,
  where: string,
  parts: readonly string[],
  named: Readonly<Record<string, string>> = {},
): PartRange {
  const meant = Object.hasOwn(named, text) ? (named[text] as string) : text;
  const [, part, from, to] = /^([\w-]+)(?:\[(-?\d{0,10}):(-?\d{0,10})\])?$/.exec(meant) ?? [];
  if (part === undefined || from === '-' || to === '-' || !parts.includes(part))
    throw new AlixError('bad-option', 'no part of this data set', {
      where,
      expected: `${[...parts, ...Object.keys(named)].join(', ')}, or rows of a part, as in ${parts[0]}[:1000]`,
      found: JSON.stringify(text),
    });
  return { part, from: numberIn(from), to: numberIn(to) };
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number(text);

/**
 * The first row and the one behind the last. A range reaches beyond no end: who asks for 45,000 rows of 20,000 has other data than meant.
 *
 * @throws AlixError 'bad-option' for a range that is empty or reaches beyond an end
 */
export function rowsIn({ part, from, to }: PartRange, count: number, where: string): readonly [number, number] {
  const place = (n: number | undefined, otherwise: number): number =>
    n === undefined ? otherwise : n < 0 ? n + count : n;
  const [first, end] = [place(from, 0), place(to, count)];
  if (first >= 0 && end <= count && first < end) return [first, end];
  throw new AlixError('bad-option', 'a range of rows that the part does not have', {
    where,
    expected: `rows from 0 to ${count}`,
    found: `${part}[${from ?? ''}:${to ?? ''}]`,
    remedy: 'choose another range, or complete the data',
  });
}
