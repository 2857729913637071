/** alix data info: what a data set holds, counted; nothing of it is kept but what the contact sheet shows. */
import { AlixError } from '@alix/infer/io/errors';
import type { Dataset, SkippedImage, Split } from '@alix/train/datasets/index';
import { sizesInWords } from '@alix/train/own-images';
import type { Context } from '../commands/command.js';
import { originNotes } from '../evaluation/origin-notes.js';
import { intoFile } from '../pictures/files.js';
import { planned } from '../plan.js';
import { type SkipFlags, tellSkipped } from '../skip-options.js';
import { classNames } from './class-names.js';
import { writeContactSheet } from './contact-sheet.js';
import { openForInfo, SHOWN } from './open-for-info.js';
import { dataOptions } from './settings.js';

export interface InfoOptions extends SkipFlags {
  readonly split: Split;
  readonly seed: number;
  readonly set: readonly string[];
  readonly output?: string;
}

export interface DataInfo {
  readonly name: string;
  readonly split: Split;
  readonly kind: Dataset['kind'];
  readonly count: number;
  /** [H,W,C] of images, [d] of points. */
  /** Null where images are of many sizes, and none was chosen. */
  readonly shape: readonly number[] | null;
  /** Of which sizes they are, in words, where they are of many. */
  readonly sizes?: string;
  /** Rows of each class, in the order of their numbers; null where there are none. */
  readonly classes: readonly number[] | null;
  /** What the classes are called where they are folders; null where they are numbers alone. */
  readonly classNames: readonly string[] | null;
  /** Share of rows that have each attribute, 0 to 1. */
  readonly attributes?: readonly { readonly name: string; readonly share: number }[];
  /** Image files by format; null where the data are no image files. */
  readonly formats: Readonly<Record<string, number>> | null;
  /** Images that were cropped or scaled to the common size; null where that was not counted. */
  readonly resized: number | null;
  readonly notes: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Null where `shape` is. */
  readonly fingerprint: string | null;
  /** Images that cannot be read and are in none of the counts but `formats`; absent where it was not asked. */
  readonly skipped?: readonly SkippedImage[];
}

export async function runInfo(data: string, options: InfoOptions, context: Context): Promise<void> {
  const { split, seed, output } = options;
  if (output !== undefined && !/\.png$/i.test(output))
    throw new AlixError('usage', '-o takes the name of a picture that ends in .png', { where: output });
  const request = { split, seed, options: dataOptions(options.set) };
  const { dataset, skipped, isMixed } = await openForInfo(data, request, options, context);
  const described = { ...describeData(dataset, split), ...(skipped && { skipped }) };
  const info = isMixed ? ofManySizes(described, dataset) : described;
  const outputs = output === undefined ? [] : [output];
  if (planned(context, { inputs: [data], counts: { [dataset.kind]: dataset.count }, outputs })) return;
  if (output !== undefined) await intoFile(output, () => writeContactSheet(output, dataset, info, context.signal));
  tellSkipped(info.skipped ?? [], context, '--json');
  if (context.json) return context.out(JSON.stringify({ ...info, ...(output !== undefined && { sheet: output }) }));
  context.out(infoLines(info).join('\n'));
  if (output !== undefined) context.log(`contact sheet -> ${output}`);
}

/** Counts hold whatever the size; shape, options and fingerprint are those of a choice that is still to be made. */
function ofManySizes(info: DataInfo, dataset: Dataset): DataInfo {
  const sizes = sizesInWords(dataset) ?? 'of many sizes';
  return {
    ...info,
    shape: null,
    fingerprint: null,
    sizes,
    notes: info.notes.filter((note) => !note.startsWith('images of other sizes')),
    options: { ...info.options, size: 0 },
  };
}

export function describeData(dataset: Dataset, split: Split): DataInfo {
  const { name, kind, count, shape, labels, classes, attributes, origin, fingerprint, options = {} } = dataset;
  const counts = labels && new Array<number>(classes ?? 0).fill(0);
  if (counts) for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const shares = attributes && new Array<number>(attributes.count).fill(0);
  if (shares && attributes)
    attributes.values.forEach((value, i) => {
      if (value) shares[i % attributes.count] = (shares[i % attributes.count] ?? 0) + 1;
    });
  return {
    name,
    split,
    kind,
    count,
    shape,
    classes: counts ?? null,
    classNames: classNames(dataset) ?? null,
    ...(shares && {
      attributes: shares.map((n, i) => ({ name: attributes?.names?.[i] ?? `${i}`, share: n / count })),
    }),
    formats: origin?.formats ?? null,
    resized: origin?.resized ?? null,
    notes: originNotes(origin),
    options,
    fingerprint,
  };
}

const number = (n: number): string => n.toLocaleString('en');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** 28x28x1, or "points of 2". */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `points of ${shape[0]} numbers` : `${shape[1]}x${shape[0]}x${shape[2]}`;

/** More classes than this are summed up. */
const LISTED = 20;

export function infoLines(info: DataInfo): string[] {
  const { name, split, kind, count, shape, formats, resized, notes, options, fingerprint } = info;
  const row = (key: string, text: string) => `  ${key.padEnd(12)} ${text}`;
  const settings = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return [
    `${name}, ${split} split: ${number(count)} ${kind === 'images' ? 'images of ' : ''}${shape ? shapeText(shape) : 'many sizes'}`,
    ...classLines(info).map(([key, text]) => row(key, text)),
    ...(info.attributes ?? []).map(({ name: key, share }, i) =>
      row(i === 0 ? 'attributes' : '', `${key} ${percent(share)}`),
    ),
    ...(formats
      ? [
          row(
            'formats',
            Object.entries(formats)
              .map(([key, n]) => `${number(n)} ${key}`)
              .join(', '),
          ),
        ]
      : []),
    ...(info.sizes === undefined
      ? []
      : [row('sizes', `${info.sizes}; --set size=${SHOWN} makes them squares, as --size ${SHOWN} of alix train does`)]),
    ...(formats && resized === 0 ? [row('sizes', 'all alike')] : []),
    ...notes.map((note) => row('note', note)),
    ...(settings.length > 0 ? [row('options', settings.join(' '))] : []),
    ...(fingerprint === null ? [] : [row('fingerprint', fingerprint)]),
  ];
}

function classLines({ classes, classNames: names, count }: DataInfo): (readonly [string, string])[] {
  if (!classes) return [['classes', 'none']];
  const [least, most] = [Math.min(...classes), Math.max(...classes)];
  const even = least === most ? `each ${number(most)}` : `from ${number(least)} to ${number(most)} rows`;
  const empty = classes.filter((n) => n === 0).length;
  const first = [
    'classes',
    `${number(classes.length)}, ${even}${empty > 0 ? `; ${number(empty)} without any` : ''}`,
  ] as const;
  if (classes.length > LISTED || (least === most && !names)) return [first];
  return [first, ...classes.map((n, i) => ['', `${names?.[i] ?? i}: ${number(n)} (${percent(n / count)})`] as const)];
}
