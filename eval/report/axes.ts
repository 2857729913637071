/** The frame of a plot: scales, ticks, labels, legend. d3 chooses the ticks and maps the values. */
import { scaleLinear } from 'd3-scale';
import { type Html, html } from './html.js';
import { tickLabel } from './ticks.js';

/** From values to places in the picture. */
export interface Scale {
  (value: number): number;
  /** Round numbers within its limits, about this many. */
  ticks(count: number): number[];
}

/** Where the plot lies in the picture. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** @param limits of the values @param range the places of the limits */
export function linear(limits: readonly [number, number], range: readonly [number, number]): Scale {
  return scaleLinear(limits, range);
}

export interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly box: Box;
  readonly height: number;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Lines upwards from the ticks of x too. */
  readonly upright?: boolean;
}

export function axes({ x, y, box, height, xLabel, yLabel, upright = false }: Axes): Html {
  const { left, right, top, bottom } = box;
  return html`${y.ticks(5).map((tick) => yTick(box, round(y(tick)), tickLabel(tick)))}
${x.ticks(5).map((tick) => xTick(box, round(x(tick)), tickLabel(tick), upright))}
<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>
<text class="label" x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">${xLabel}</text>
<text class="label" transform="translate(11 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`;
}

const yTick = ({ left, right }: Box, y: number, label: string) =>
  html`<path class="grid" d="M${left} ${y}H${right}"/><text x="${left - 6}" y="${round(y + 4)}" text-anchor="end">${label}</text>`;

const xTick = ({ top, bottom }: Box, x: number, label: string, upright: boolean) =>
  html`${upright ? html`<path class="grid" d="M${x} ${top}V${bottom}"/>` : undefined}<path class="axis" d="M${x} ${bottom}v4"/><text x="${x}" y="${bottom + 17}" text-anchor="middle">${label}</text>`;

export interface LegendEntry {
  readonly name: string;
  /** Its class, which the page's style gives a colour. */
  readonly kind: string;
  /** What stands for it, around (0,0), 22 wide. */
  readonly sample: Html;
}

/** A row of the legend. */
const ROW = 18;

export interface Legend {
  readonly drawn: Html;
  /** Below it begins the plot. */
  readonly top: number;
}

/** The entries in rows that fit between left and right. */
export function legend(entries: readonly LegendEntry[], left: number, right: number): Legend {
  let [x, row] = [left, 0];
  const drawn = entries.map(({ name, kind, sample }) => {
    // about the width of the characters at the size of the style
    const width = 42 + name.length * 7.2;
    if (x > left && x + width > right) [x, row] = [left, row + 1];
    const at = x;
    x += width;
    return html`<g class="${kind}" transform="translate(${round(at)} ${14 + row * ROW})">${sample}<text x="27" y="4">${name}</text></g>`;
  });
  return { drawn: html`<g class="legend">${drawn}</g>`, top: 34 + row * ROW };
}

/** To a tenth of a unit. */
export const round = (value: number) => Math.round(value * 10) / 10;
