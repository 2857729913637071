/** A group's numbers as a table. */
import { numberWithInterval } from '../../report/bars.js';
import { type Html, html } from '../../report.js';
import type { Row } from '../measure.js';

/** Each with its interval below it. @param things what they are of */
export function numbers(rows: readonly Row[], things: 'images' | 'points'): Html[] {
  if (rows.length === 0) return [];
  const isEstimated = rows.some(({ interval }) => interval);
  return [
    html`<div class="wide"><table class="numbers"><thead><tr><th scope="col">Metric</th><th scope="col">Value</th></tr></thead>
<tbody>${rows.map(({ name, value, interval, n, better }) => {
      const of = `${better ? `${better} is better; ` : ''}${n} ${things}`;
      return html`<tr><th scope="row">${name}<small>${of}</small></th><td>${numberWithInterval(value, interval)}</td></tr>`;
    })}</tbody></table></div>`,
    ...(isEstimated
      ? [html`<p class="note">In small figures: 95 % intervals, for other ${things} of the same kind.</p>`]
      : []),
  ];
}
