/** Curves over a number (a step, a size) as inline SVG. Colours and dashes come from the page's style, by series; lines, scales and ticks are d3's. */
import { area, line } from 'd3-shape';
import { axes, legend, linear, round, type Scale } from './axes.js';
import { type Html, html } from './html.js';
import { limits, tickLabel } from './ticks.js';

/** One curve of a plot. */
export interface Series {
  readonly name: string;
  /** In order of x. A y that is not finite is a gap in the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Intervals about the points, as a band behind the line, in order of x. What is not finite is a gap. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

/** A value to compare with, as a horizontal line. */
export interface Reference {
  readonly name: string;
  readonly y: number;
}

/** How a plot of curves is drawn. */
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
const [LEFT, RIGHT, BOTTOM] = [60, WIDTH - 10, HEIGHT - 42];
/** Points this few are marked, not only joined. */
const MARKED = 40;

/** A chart with axes, ticks, a legend and a title for screen readers. Series without a finite point are said to have none. */
export function curve({ title, xLabel, yLabel, series, references = [], from = {} }: CurveOptions): Html {
  const points = series.flatMap((one) => one.points.filter(isFinitePoint));
  const marks = references.filter(({ y }) => Number.isFinite(y));
  const sample = html`<path class="line" d="M0 0h22"/>`;
  const { drawn, top } = legend(
    [
      ...series.map(({ name }, i) => ({ name, kind: `s${i}`, sample })),
      ...marks.map(({ name }) => ({ name, kind: 'ref', sample })),
    ],
    LEFT,
    WIDTH,
  );
  const xs = points.map(([x]) => x);
  const ends = series.flatMap(({ band = [] }) => band.filter(isFiniteBand).flatMap(([, low, high]) => [low, high]));
  const ys = [...points.map(([, y]) => y), ...marks.map(({ y }) => y), ...ends];
  const x = linear(limits(xs, { from: from.x, margin: 0 }), [LEFT, RIGHT]);
  const y = linear(limits(ys, { from: from.y }), [BOTTOM, top]);
  const box = { left: LEFT, right: RIGHT, top, bottom: BOTTOM };
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${axes({ x, y, box, height: HEIGHT, xLabel, yLabel })}
${marks.map((mark) => html`<g class="ref"><path class="line" d="M${LEFT} ${round(y(mark.y))}H${RIGHT}"/></g>`)}
${series.map((one, i) => drawSeries(one, i, x, y))}
${points.length === 0 ? html`<text x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">no values</text>` : undefined}
${drawn}
</svg>`;
}

function drawSeries({ name, points, band = [] }: Series, index: number, x: Scale, y: Scale): Html {
  const path = line<readonly [number, number]>()
    .defined(isFinitePoint)
    .x((point) => x(point[0]))
    .y((point) => y(point[1]))
    .digits(1);
  const between = area<readonly [number, number, number]>()
    .defined(isFiniteBand)
    .x(([at]) => x(at))
    .y0(([, low]) => y(low))
    .y1(([, , high]) => y(high))
    .digits(1);
  const finite = points.filter(isFinitePoint);
  const dots = finite.length <= MARKED ? finite : [];
  return html`<g class="s${index}">${
    band.length > 0 ? html`<path class="band" d="${between(band) ?? ''}"/>` : undefined
  }<path class="line" d="${path(points) ?? ''}"/>${dots.map(
    (point) =>
      html`<circle cx="${round(x(point[0]))}" cy="${round(y(point[1]))}" r="2.5"><title>${name}, ${tickLabel(point[0])}: ${tickLabel(point[1])}</title></circle>`,
  )}</g>`;
}

const isFinitePoint = ([x, y]: readonly [number, number]) => Number.isFinite(x) && Number.isFinite(y);
const isFiniteBand = (ends: readonly [number, number, number]) => ends.every(Number.isFinite);
