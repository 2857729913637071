/** Models side by side: a row for each metric, a column for each model, the best of a row marked. */
import { AlixError } from '@alix/infer/io/errors';
import { symbol, symbolStar } from 'd3-shape';
import { numberWithInterval } from './bars.js';
import { type Html, html } from './html.js';
import { type Bounds, isFiniteInterval, NONE } from './numbers.js';

/** One model's value of it. */
export interface ComparedValue {
  /** One that is not finite is a dash, and best of nothing. */
  readonly value: number;
  readonly interval?: Bounds | undefined;
}

/** A metric of several models. */
export interface ComparedMetric {
  readonly name: string;
  /** E.g. 'dB' or 'nats'. */
  readonly unit?: string;
  /** Which is better; where neither is, none is marked. */
  readonly better?: 'lower' | 'higher';
  /** One for each model, in the order of the models; undefined where it was not measured. */
  readonly values: readonly (ComparedValue | undefined)[];
}

/** Models side by side. */
export interface Comparison {
  /** The columns' names. */
  readonly models: readonly string[];
  readonly groups: readonly { readonly heading: string; readonly metrics: readonly ComparedMetric[] }[];
  /** How numbers are written. */
  readonly format?: (value: number) => string;
  readonly note?: string;
}

/** So many columns fit beside each other on a telephone where the metrics' names stand above the values. */
const FEW = 3;

/** How a value stands in its row. */
export type Standing = 'best' | 'close' | undefined;

/**
 * The table, which scrolls inside its own box where the page is narrow. The best value of a row is bold and has a star; one whose
 * interval overlaps the best's has a wave: the two may well be equal.
 *
 * @throws AlixError 'bad-shape' for a metric with more or fewer values than there are models
 */
export function comparison({ models, groups, format, note }: Comparison): Html {
  const marks = groups.flatMap(({ metrics }) => metrics.flatMap((metric) => standings(metric)));
  const legend = [
    ...(marks.includes('best') ? [html`${star}best of its row`] : []),
    ...(marks.includes('close') ? [html`≈ its interval and the best’s overlap`] : []),
  ];
  return html`<div class="wide" role="region" aria-label="models side by side" tabindex="0"><table class="comparison${models.length <= FEW ? ' few' : ''}"><thead><tr><th scope="col">Metric</th>${models.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>
${groups.map(
  ({ heading, metrics }) =>
    html`<tbody><tr class="group"><th scope="colgroup" colspan="${models.length + 1}"><span>${heading}</span></th></tr>${metrics.map(
      (metric) => row(metric, models.length, format),
    )}</tbody>`,
)}</table></div>${footnote(legend, note)}`;
}

function footnote(legend: readonly Html[], note: string | undefined): Html | undefined {
  const marks = legend.length > 0 ? html`${legend.map((part, i) => html`${i > 0 ? '; ' : ''}${part}`)}. ` : undefined;
  return marks || note ? html`<p class="note">${marks}${note}</p>` : undefined;
}

/** What is best in a row: of at least two finite values, all that equal the best; and what cannot be told from it. */
export function standings({ better, values }: ComparedMetric): Standing[] {
  const finite = values.flatMap((one) => (one && Number.isFinite(one.value) ? [one] : []));
  if (!better || finite.length < 2) return values.map(() => undefined);
  const sign = better === 'lower' ? 1 : -1;
  const best = finite.reduce((a, b) => (sign * b.value < sign * a.value ? b : a));
  return values.map((one) => {
    if (!one || !Number.isFinite(one.value)) return undefined;
    if (one.value === best.value) return 'best';
    return overlap(one.interval, best.interval) ? 'close' : undefined;
  });
}

const overlap = (a: Bounds | undefined, b: Bounds | undefined) =>
  isFiniteInterval(a) && isFiniteInterval(b) && a.low <= b.high && b.low <= a.high;

function row(metric: ComparedMetric, models: number, format: ((value: number) => string) | undefined): Html {
  const { name, unit, better, values } = metric;
  if (values.length !== models)
    throw new AlixError('bad-shape', `the metric ${name} needs a value for each model, or undefined`, {
      expected: `${models}`,
      found: `${values.length}`,
    });
  const marks = standings(metric);
  const hints = [unit, better && `${better} is better`].filter(Boolean).join(', ');
  return html`<tr><th scope="row">${name}${hints === '' ? undefined : html`<small>${hints}</small>`}</th>${values.map(
    (one, i) => html`<td>${cell(one, marks[i], format)}</td>`,
  )}</tr>`;
}

function cell(one: ComparedValue | undefined, mark: Standing, format: ((value: number) => string) | undefined): Html {
  if (!one) return html`<span aria-label="not measured">${NONE}</span>`;
  const number = numberWithInterval(one.value, one.interval, format);
  if (mark === 'best') return html`${star}<strong>${number}</strong>`;
  return mark === 'close'
    ? html`<span class="close" title="its interval and the best’s overlap">≈ </span>${number}`
    : number;
}

const star = html`<svg class="star" viewBox="-8 -8 16 16" role="img" aria-label="best"><path d="${symbol(symbolStar, 70).digits(2)() ?? ''}"/></svg>`;
