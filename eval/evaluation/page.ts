/** report.html of an evaluation: the numbers, what was measured and how, and pictures of it; one file that loads nothing. */
import type { Interval } from '../intervals.js';
import { facts, figure, type Html, html, images, notice, page, pairs, section, table } from '../report.js';
import type { Gallery } from './gallery.js';
import { type Group, groups, type Row } from './measure.js';
import { measures } from './measures/index.js';
import { type EvalRecord, namingOf, rowsOf } from './record.js';

const titles: Readonly<Record<Group, string>> = {
  reconstructions: 'Reconstructions',
  samples: 'Samples from the prior',
  codes: 'Codes',
  likelihood: 'Likelihood',
};

/** A number as people read it. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value)) return `${value}`;
  return Math.abs(value) >= 1000 ? value.toFixed(1) : value.toPrecision(4);
}

export function shortInterval(interval: Interval | undefined): string {
  return interval ? `${shortNumber(interval.low)} to ${shortNumber(interval.high)}` : '';
}

/** The whole page as text. */
export function evalReport(record: EvalRecord, gallery: Gallery): string {
  const { model, data, skipped } = record;
  const rows = rowsOf(record);
  const drawn = measures.flatMap(({ figures }) => figures?.(record.metrics, namingOf(record)) ?? []);
  const pictures = picturesOf(gallery, record);
  const part = data.split === undefined ? '' : `, split ${data.split}`;
  return page({
    title: `${model.name} on ${data.name}`,
    lead: `A ${model.system.toUpperCase()} model trained on ${model.dataset}, measured on ${data.n} of ${data.of} images of ${data.name}${part}.`,
    content: [
      ...warningsOf(record).map((text) => notice(text)),
      ...groups.flatMap((group) => {
        const content = [
          ...numbers(rows.filter((row) => row.group === group)),
          ...(pictures[group] ?? []),
          ...drawn.filter((one) => one.group === group).map((one) => one.content),
        ];
        return content.length > 0 ? [section(titles[group], ...content)] : [];
      }),
      section(
        'How it was measured',
        facts(factsOf(record)),
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

/** What keeps numbers from being trusted. */
export function warningsOf({ metrics, data }: EvalRecord): string[] {
  const few = Object.entries(metrics).some(
    ([key, value]) => key.endsWith('.fd') && (value as { fewSamples?: boolean }).fewSamples,
  );
  const sorted = Object.values(metrics).some((value) => (value as { sorted?: boolean }).sorted);
  return [
    ...(few ? ['There are no more images than features: distances of features are far above the truth.'] : []),
    ...(sorted ? ['Images come sorted by class: scores over splits are far too low.'] : []),
    ...(data.notes ?? []),
  ];
}

function numbers(rows: readonly Row[]): Html[] {
  if (rows.length === 0) return [];
  const isEstimated = rows.some(({ interval }) => interval);
  const head = ['', 'Value', ...(isEstimated ? ['95 % interval'] : []), 'Images'];
  return [
    table(
      head,
      rows.map(({ name, value, interval, n }) => [
        name,
        shortNumber(value),
        ...(isEstimated ? [shortInterval(interval)] : []),
        n,
      ]),
    ),
  ];
}

function picturesOf(
  { groups: chosen, samples }: Gallery,
  { data: { size }, conventions }: EvalRecord,
): Partial<Record<Group, readonly Html[]>> {
  return {
    reconstructions: chosen.map(({ heading, pairs: list }) =>
      figure({
        heading,
        content: pairs(list, size),
        caption: 'Above the original, below its reconstruction, then its MSE.',
      }),
    ),
    samples: [
      figure({
        content: images(
          samples.map((pixels, i) => ({ pixels, alt: `sample ${i}` })),
          size,
        ),
        caption: `The first ${samples.length}, none chosen; seed ${conventions.seed}.`,
      }),
    ],
  };
}

function factsOf({ model, data, train, extractor, classifier, reference, conventions }: EvalRecord) {
  const text = (value: unknown) =>
    Array.isArray(value) ? value.join(typeof value[0] === 'number' ? ' to ' : '; ') : `${value}`;
  const networkOf = (name: string, network: typeof extractor | typeof classifier) =>
    network
      ? [
          {
            name,
            value: `sha256 ${network.graph}, output ${network.output} of ${network.d}; ${network.preprocessing}`,
          },
        ]
      : [];
  const sum = (fingerprint: string | undefined) => (fingerprint ? `, sha256 ${fingerprint}` : '');
  return [
    {
      name: 'model',
      value: `${model.name}, sha256 ${model.sha256}${model.precision ? `, ${model.precision}` : ''}, on ${model.device}`,
    },
    { name: 'data', value: `${data.name}${data.split ? `, split ${data.split}` : ''}${sum(data.fingerprint)}` },
    ...(train ? [{ name: 'learnt from', value: `${train.n} images of ${train.name}${sum(train.fingerprint)}` }] : []),
    ...networkOf('extractor', extractor),
    ...networkOf('classifier', classifier),
    ...(reference
      ? [{ name: 'reference', value: `${reference.name}${reference.n ? `, of ${reference.n} images` : ''}` }]
      : []),
    ...Object.entries(conventions).map(([name, value]) => ({ name: name.replaceAll('_', ' '), value: text(value) })),
  ];
}
