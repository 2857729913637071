/** report.html of eval: the numbers, what was measured and how, and pictures of it. */
import {
  facts,
  figure,
  type Html,
  html,
  type ImageSize,
  type Interval,
  images,
  notice,
  type Pair,
  page,
  pairs,
  section,
  table,
} from '@alix/eval';
import type { SkippedMetric } from './measure.js';

/** report.json. */
export interface EvalRecord {
  readonly format: 'alix-eval';
  readonly version: 1;
  readonly alixVersion: string;
  readonly created: string;
  readonly model: Readonly<Record<'name' | 'sha256' | 'system' | 'dataset' | 'device', string>> & {
    readonly precision?: string;
  };
  readonly data: {
    readonly name: string;
    readonly split: string;
    readonly n: number;
    /** How many there are. */
    readonly of: number;
    readonly size: ImageSize;
    readonly fingerprint: string;
    readonly images?: string;
  };
  readonly extractor?: Readonly<Record<'graph' | 'output' | 'preprocessing' | 'distance', string>> & {
    readonly d: number;
  };
  readonly conventions: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly skipped: readonly SkippedMetric[];
}

export interface Shown {
  readonly size: ImageSize;
  readonly groups: readonly { readonly heading: string; readonly pairs: readonly Pair[] }[];
  readonly samples: readonly Uint8Array[];
}

/** One number as people read it. */
export interface Row {
  readonly group: 'reconstructions' | 'samples' | 'codes';
  readonly name: string;
  readonly value: string;
  readonly n: string;
  /** 95 %, or empty. */
  readonly interval: string;
}

type Group = Row['group'];
type Numbers = Readonly<Record<string, number>>;
const short = (value: number) =>
  Number.isInteger(value) ? `${value}` : Math.abs(value) >= 1000 ? value.toFixed(1) : value.toPrecision(4);
const reach = (interval: Interval | undefined) => (interval ? `${short(interval.low)} to ${short(interval.high)}` : '');

/** All numbers of a record, in the order in which they are shown. */
export function rowsOf({ metrics, extractor }: EvalRecord): Row[] {
  const rows: Row[] = [];
  const add = (group: Group, name: string, value: number, n: string | number, interval?: Interval) =>
    rows.push({ group, name, value: short(value), n: `${n}`, interval: reach(interval) });
  for (const [key, name] of [
    ['mse', 'MSE'],
    ['rmse', 'RMSE'],
    ['psnr', 'PSNR, dB'],
    ['ssim', 'SSIM'],
  ] as const) {
    const of = metrics[key] as { mean: number; n: number; interval?: Interval } | undefined;
    if (of) add('reconstructions', name, of.mean, of.n, of.interval);
  }
  for (const group of ['reconstructions', 'samples'] as const) {
    type Pair = { readonly n: { readonly real: number; readonly fake: number } };
    const both = ({ n }: Pair) => `${n.real} and ${n.fake}`;
    const fd = metrics[`${group}.fd`] as (Pair & { value: number }) | undefined;
    if (fd && extractor) add(group, extractor.distance, fd.value, both(fd));
    const kid = metrics[`${group}.kid`] as (Pair & { value: number; interval: Interval }) | undefined;
    if (kid && extractor) add(group, extractor.distance.replace('FD', 'KD'), kid.value, both(kid), kid.interval);
    const prdc = metrics[`${group}.prdc`] as (Pair & { intervals: Record<string, Interval> }) | undefined;
    if (prdc)
      for (const name of ['precision', 'recall', 'density', 'coverage'])
        add(group, name, (prdc as unknown as Numbers)[name]!, both(prdc), prdc.intervals[name]);
  }
  const codes = metrics.codes as
    | (Numbers & { n: number; active: { active: number }; there_and_back: { n: number; mse: number } })
    | undefined;
  if (codes) {
    add('codes', 'distance to the prior', codes.distanceToPrior!, codes.n);
    add('codes', `active units of ${codes.d}`, codes.active.active, codes.n);
    if (codes.divergence !== undefined) add('codes', 'KL to the prior, nats', codes.divergence, codes.n);
    add('codes', 'largest correlation of two units', codes.largestCorrelation!, codes.n);
    add('codes', 'code to image to code, MSE', codes.there_and_back.mse, codes.there_and_back.n);
  }
  return rows;
}

/** The whole page as text. */
export function evalReport(record: EvalRecord, { size, groups, samples }: Shown): string {
  const { model, data, extractor, conventions, skipped, metrics } = record;
  const rows = rowsOf(record);
  const numbers = (group: Group): Html[] => {
    const mine = rows.filter((row) => row.group === group);
    if (mine.length === 0) return [];
    const isEstimated = mine.some(({ interval }) => interval !== '');
    const head = ['', 'Value', ...(isEstimated ? ['95 % interval'] : []), 'Images'];
    return [
      table(
        head,
        mine.map(({ name, value, interval, n }) => [name, value, ...(isEstimated ? [interval] : []), n]),
      ),
    ];
  };
  const few = ['reconstructions.fd', 'samples.fd'].some(
    (key) => (metrics[key] as { fewSamples?: boolean } | undefined)?.fewSamples,
  );
  const text = (value: unknown) => (Array.isArray(value) ? value.join(' to ') : `${value}`);
  return page({
    title: `${model.name} on ${data.name}`,
    lead: `A ${model.system.toUpperCase()} model trained on ${model.dataset}, measured on ${data.n} of ${data.of} images of ${data.name}, split ${data.split}.`,
    content: [
      ...(few
        ? [notice('There are no more images than features: distances of features are far above the truth.')]
        : []),
      section(
        'Reconstructions',
        ...numbers('reconstructions'),
        ...groups.map(({ heading, pairs: list }) =>
          figure({
            heading,
            content: pairs(list, size),
            caption: 'Above the original, below its reconstruction, then its MSE.',
          }),
        ),
      ),
      section(
        'Samples from the prior',
        ...numbers('samples'),
        figure({
          content: images(
            samples.map((pixels, i) => ({ pixels, alt: `sample ${i}` })),
            size,
          ),
          caption: `The first ${samples.length}, none chosen; seed ${text(conventions.seed)}.`,
        }),
      ),
      ...(numbers('codes').length > 0 ? [section('Codes', ...numbers('codes'))] : []),
      section(
        'How it was measured',
        facts([
          {
            name: 'model',
            value: `${model.name}, sha256 ${model.sha256}${model.precision ? `, ${model.precision}` : ''}, on ${model.device}`,
          },
          { name: 'data', value: `${data.name}, split ${data.split}, sha256 ${data.fingerprint}` },
          ...(extractor
            ? [
                {
                  name: 'extractor',
                  value: `sha256 ${extractor.graph}, output ${extractor.output} of ${extractor.d}; ${extractor.preprocessing}`,
                },
              ]
            : []),
          ...Object.entries(conventions).map(([name, value]) => ({
            name: name.replaceAll('_', ' '),
            value: text(value),
          })),
        ]),
        ...(skipped.length > 0
          ? [
              html`<p class="note">Not measured: ${skipped.map(({ metric, why }) => `${metric} (${why})`).join('; ')}.</p>`,
            ]
          : []),
      ),
    ],
    footer: `Made by alix ${record.alixVersion} on ${record.created.slice(0, 16).replace('T', ' ')} UTC. This file loads nothing; its numbers are inside it as JSON.`,
    data: record,
  });
}
