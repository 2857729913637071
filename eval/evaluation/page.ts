/** report.html of an evaluation: the numbers, what was measured and how, and pictures of it; one file that loads nothing. */
import type { Interval } from '../intervals.js';
import { shortNumber } from '../report/numbers.js';
import { facts, type Html, html, notice, page, section } from '../report.js';
import type { Gallery } from './gallery.js';
import { groups } from './measure.js';
import { measures } from './measures/index.js';
import { curvesOf } from './page/curves.js';
import { factsOf } from './page/facts.js';
import { numbers } from './page/numbers.js';
import { besideThePapers } from './page/papers.js';
import { picturesOf } from './page/pictures.js';
import { titles } from './page/titles.js';
import { type EvalRecord, namingOf, rowsOf } from './record.js';

export { shortNumber };

/** An interval in the digits that a page shows; '' where there is none. */
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
          ...numbers(
            rows.filter((row) => row.group === group),
            'images',
          ),
          ...(pictures[group] ?? []),
          ...drawn.filter((one) => one.group === group).map((one) => one.content),
        ];
        return content.length > 0 ? [section(titles[group], ...content)] : [];
      }),
      ...optional('Over the run', record.curves ? curvesOf(record.curves, record.extractor) : []),
      ...optional('Beside the papers', besideThePapers(record)),
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

/** A section where there is anything in it. */
const optional = (heading: string, content: readonly Html[]) =>
  content.length > 0 ? [section(heading, ...content)] : [];

/** What keeps numbers from being trusted. */
export function warningsOf({ metrics, data }: EvalRecord): string[] {
  const few = Object.entries(metrics).some(
    ([key, value]) => key.endsWith('.fd') && (value as { fewSamples?: boolean }).fewSamples,
  );
  const sorted = Object.values(metrics).some((value) => (value as { sorted?: boolean }).sorted);
  const small = Object.values(metrics).map((value) => (value as { smallSplits?: number }).smallSplits);
  const right = (metrics['classes.accuracy'] as { real?: { value?: number } } | undefined)?.real?.value ?? 1;
  return [
    ...(right < 0.5
      ? [
          `The classifier is right about ${(100 * right).toFixed(1)} % of the real images: it is of other images, or its classes are in another order than the data's, and its other numbers say little.`,
        ]
      : []),
    ...(few ? ['There are no more images than features: distances of features are far above the truth.'] : []),
    ...(sorted ? ['Images come sorted by class: scores over splits are far too low.'] : []),
    ...small
      .flatMap((n) => n ?? [])
      .slice(0, 1)
      .map(
        (n) =>
          `Splits of the Inception Score hold ${n} image${n === 1 ? '' : 's'} each, too few for so many classes: it is too low by a tenth or more. More samples, or fewer splits (--set is.splits=1), mend that.`,
      ),
    ...(data.notes ?? []).map((note) => `${note.slice(0, 1).toUpperCase()}${note.slice(1)}.`),
  ];
}
