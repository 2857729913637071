/** A value for each of some groups: a table whose rows draw their values and intervals as bars (SVG, so that paper shows them). */
import { linear } from './axes.js';
import { type Html, html } from './html.js';
import { type Bounds, boundsText, isFiniteInterval, NONE, shortNumber } from './numbers.js';

export interface Bar {
  /** E.g. of a class. */
  readonly name: string;
  /** One that is not finite is a dash without a bar. */
  readonly value: number;
  readonly interval?: Bounds | undefined;
  /** Of how many samples. */
  readonly n?: number;
}

export interface BarsOptions {
  /** What the names are, e.g. 'class'. */
  readonly nameLabel: string;
  /** What the values are, with their unit. */
  readonly valueLabel: string;
  readonly rows: readonly Bar[];
  /** A value to compare with, as a dashed line through all bars. */
  readonly reference?: { readonly name: string; readonly value: number };
  /** How numbers are written. */
  readonly format?: (value: number) => string;
  readonly note?: string;
}

/** The width of a bar's picture, which is stretched to its column. */
const WIDTH = 1000;
const MIDDLE = 10;

export function bars({ nameLabel, valueLabel, rows, reference, format, note }: BarsOptions): Html {
  const line = reference && Number.isFinite(reference.value) ? reference : undefined;
  const ends = rows.flatMap(({ value, interval }) =>
    Number.isFinite(value) ? [value, ...(isFiniteInterval(interval) ? [interval.low, interval.high] : [])] : [],
  );
  // bars begin at zero, whatever the values
  const all = [0, ...ends, ...(line ? [line.value] : [])];
  const [low, high] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  const place = linear([low, high > low ? high : low + 1], [4, WIDTH - 4]);
  const x = (value: number) => Math.round(place(value));
  const counted = rows.some(({ n }) => n !== undefined);
  const said = [line && `The dashed line is ${line.name}, ${(format ?? shortNumber)(line.value)}.`, note]
    .filter(Boolean)
    .join(' ');
  return html`<div class="wide"><table class="bars"><thead><tr><th scope="col">${nameLabel}</th><th scope="col">${valueLabel}</th>${
    counted ? html`<th scope="col">n</th>` : undefined
  }<td></td></tr></thead>
<tbody>${rows.map(
    ({ name, value, interval, n }) =>
      html`<tr><th scope="row">${name}</th><td>${numberWithInterval(value, interval, format)}</td>${
        counted ? html`<td>${n}</td>` : undefined
      }<td class="bar">${picture(value, interval, line?.value, x)}</td></tr>`,
  )}</tbody></table></div>${said === '' ? undefined : html`<p class="note">${said}</p>`}`;
}

/** The number, and in small figures the interval below it. @param format both; by default four digits of the number */
export function numberWithInterval(
  value: number,
  interval: Bounds | undefined,
  format?: (value: number) => string,
): Html {
  if (!Number.isFinite(value)) return html`<span aria-label="no value">${NONE}</span>`;
  return html`${(format ?? shortNumber)(value)}${
    isFiniteInterval(interval) ? html`<small>${boundsText(interval, value, format)}</small>` : undefined
  }`;
}

/** Says nothing that the row's numbers do not say. */
function picture(
  value: number,
  interval: Bounds | undefined,
  line: number | undefined,
  x: (v: number) => number,
): Html {
  const [from, to] = [x(Math.min(0, value)), x(Math.max(0, value))];
  const bar = Number.isFinite(value)
    ? html`<path class="length" d="M${from} 3H${to}V17H${from}z"/>${
        isFiniteInterval(interval)
          ? html`<path class="reach" d="M${x(interval.low)} ${MIDDLE}H${x(interval.high)}M${x(interval.low)} 6V14M${x(interval.high)} 6V14"/>`
          : undefined
      }`
    : undefined;
  return html`<svg viewBox="0 0 ${WIDTH} 20" preserveAspectRatio="none" aria-hidden="true">${bar}<path class="zero" d="M${x(0)} 0V20"/>${
    line === undefined ? undefined : html`<path class="line" d="M${x(line)} 0V20"/>`
  }</svg>`;
}
