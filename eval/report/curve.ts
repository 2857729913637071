/** Curves over a number (a step, a size) as inline SVG. Colours and dashes come from the page's style, by series. */
import { type Html, html } from './html.js';
import { limits, tickLabel, ticks } from './ticks.js';

export interface Series {
  readonly name: string;
  /** In order of x. A y that is not finite is a gap in the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A value to compare with, as a horizontal line. */
export interface Reference {
  readonly name: string;
  readonly y: number;
}

export interface CurveOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** At most six can be told apart. */
  readonly series: readonly Series[];
  readonly references?: readonly Reference[];
  /** Where an axis begins, unless there are values below. */
  readonly from?: { readonly x?: number; readonly y?: number };
}

const WIDTH = 480;
const HEIGHT = 280;
const PLOT = { left: 60, right: WIDTH - 10, bottom: HEIGHT - 42 };
/** A row of the legend. */
const ROW = 18;
/** Points this few are marked, not only joined. */
const MARKED = 40;

/** A chart with axes, ticks, a legend and a title for screen readers. Series without a finite point are said to have none. */
export function curve({ title, xLabel, yLabel, series, references = [], from = {} }: CurveOptions): Html {
  const points = series.flatMap((one) => one.points.filter(isFinitePoint));
  const marks = references.filter(({ y }) => Number.isFinite(y));
  const ys = [...points.map(([, y]) => y), ...marks.map(({ y }) => y)];
  const [x0, x1] = limits(
    points.map(([x]) => x),
    { from: from.x, margin: 0 },
  );
  const [y0, y1] = limits(ys, { from: from.y });
  const entries = legendRows([
    ...series.map(({ name }, i) => ({ name, kind: `s${i}` })),
    ...marks.map(({ name }) => ({ name, kind: 'ref' })),
  ]);
  const top = 34 + (entries.at(-1)?.row ?? 0) * ROW;
  const x = (value: number) => scale(value, x0, x1, PLOT.left, PLOT.right);
  const y = (value: number) => scale(value, y0, y1, PLOT.bottom, top);
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${ticks(y0, y1, 5).map((tick) => yTick(y(tick), tickLabel(tick)))}
${ticks(x0, x1, 6).map((tick) => xTick(x(tick), tickLabel(tick)))}
<path class="axis" d="M${PLOT.left} ${top}V${PLOT.bottom}H${PLOT.right}"/>
<text class="label" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel}</text>
<text class="label" transform="translate(11 ${(top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${marks.map((mark) => referenceLine(y(mark.y)))}
${series.map((one, i) => line(one, i, x, y))}
${points.length === 0 ? html`<text x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">no values</text>` : undefined}
${legend(entries)}
</svg>`;
}

function line({ name, points }: Series, index: number, x: (v: number) => number, y: (v: number) => number): Html {
  const at = ([px, py]: readonly [number, number]) => `${round(x(px))} ${round(y(py))}`;
  let d = '';
  let pen = 'M';
  for (const point of points) {
    const drawn = isFinitePoint(point);
    if (drawn) d += `${pen}${at(point)}`;
    pen = drawn ? 'L' : 'M';
  }
  const finite = points.filter(isFinitePoint);
  const dots = finite.length <= MARKED ? finite : [];
  return html`<g class="s${index}"><path class="line" d="${d || 'M0 0'}"/>${dots.map(
    (point) =>
      html`<circle cx="${round(x(point[0]))}" cy="${round(y(point[1]))}" r="2.5"><title>${name}, ${tickLabel(point[0])}: ${tickLabel(point[1])}</title></circle>`,
  )}</g>`;
}

interface Entry {
  readonly name: string;
  readonly kind: string;
}

/** The entries of the legend in rows that fit. */
function legendRows(entries: readonly Entry[]): (Entry & { readonly left: number; readonly row: number })[] {
  let [left, row] = [PLOT.left, 0];
  return entries.map((entry) => {
    // about the width of the characters at the size of the style
    const width = 42 + entry.name.length * 7.2;
    if (left > PLOT.left && left + width > WIDTH) [left, row] = [PLOT.left, row + 1];
    const placed = { ...entry, left, row };
    left += width;
    return placed;
  });
}

function legend(entries: readonly (Entry & { readonly left: number; readonly row: number })[]): Html {
  return html`<g class="legend">${entries.map(
    ({ name, kind, left, row }) =>
      html`<g class="${kind}"><path class="line" d="M${round(left)} ${14 + row * ROW}h22"/><text x="${round(left + 27)}" y="${18 + row * ROW}">${name}</text></g>`,
  )}</g>`;
}

const referenceLine = (y: number) =>
  html`<g class="ref"><path class="line" d="M${PLOT.left} ${round(y)}H${PLOT.right}"/></g>`;

const yTick = (y: number, label: string) =>
  html`<path class="grid" d="M${PLOT.left} ${round(y)}H${PLOT.right}"/><text x="${PLOT.left - 6}" y="${round(y + 4)}" text-anchor="end">${label}</text>`;

const xTick = (x: number, label: string) =>
  html`<path class="axis" d="M${round(x)} ${PLOT.bottom}v4"/><text x="${round(x)}" y="${PLOT.bottom + 17}" text-anchor="middle">${label}</text>`;

const isFinitePoint = ([x, y]: readonly [number, number]) => Number.isFinite(x) && Number.isFinite(y);

const scale = (value: number, from: number, to: number, start: number, end: number) =>
  start + ((value - from) / (to - from)) * (end - start);

const round = (value: number) => Math.round(value * 10) / 10;
