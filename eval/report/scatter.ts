/** Points in a plane as inline SVG, their groups told apart by colour and by the shape of their marks (d3's symbols). */
import { AlixError } from '@alix/infer/io/errors';
import {
  type SymbolType,
  symbol,
  symbolAsterisk,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolPlus,
  symbolSquare,
  symbolStar,
  symbolTimes,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { axes, legend, linear, round, type Scale } from './axes.js';
import { type Html, html } from './html.js';
import { limits } from './ticks.js';

/** Points of one colour. */
export interface PointGroup {
  /** E.g. of a class. */
  readonly name: string;
  /** A point that is not finite is not drawn; the plot says how many there are. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** How a plot of points is drawn. */
export interface ScatterOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** At most ten. One group alone needs no legend. */
  readonly groups: readonly PointGroup[];
  /** One unit is as long on both axes, so that distances can be seen. */
  readonly sameScale?: boolean;
  /** Groups that lie over each other have no middles of their own: the legend alone names them. */
  readonly overlaid?: boolean;
}

/** Marks for the groups in turn, shapes unlike each other first; a stroke alone makes the last three. */
const SHAPES: readonly { readonly type: SymbolType; readonly size: number }[] = [
  { type: symbolCircle, size: 16 },
  { type: symbolTriangle, size: 18 },
  { type: symbolSquare, size: 16 },
  { type: symbolCross, size: 20 },
  { type: symbolDiamond, size: 16 },
  { type: symbolStar, size: 18 },
  { type: symbolWye, size: 20 },
  { type: symbolTimes, size: 18 },
  { type: symbolPlus, size: 18 },
  { type: symbolAsterisk, size: 30 },
];
const OPEN = 7;

const WIDTH = 480;
const HEIGHT = 380;
const [LEFT, RIGHT, BOTTOM] = [60, WIDTH - 10, HEIGHT - 42];
/** Groups are drawn in turns, a share of each, so that the last does not cover the others. */
const TURNS = 6;

type Point = readonly [number, number];

/**
 * A chart with axes, ticks, a legend, the groups' names at their middles where there is room, and a title for screen readers. A
 * group's points are one path for each turn: some ten bytes a point.
 *
 * @throws AlixError 'bad-option' for more groups than can be told apart
 */
export function scatter({ title, xLabel, yLabel, groups, sameScale = false, overlaid = false }: ScatterOptions): Html {
  if (groups.length > SHAPES.length)
    throw new AlixError('bad-option', 'a scatter plot has more groups than can be told apart', {
      expected: `at most ${SHAPES.length}`,
      found: `${groups.length}`,
    });
  const drawn = groups.map(({ points }) => points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)));
  const hidden = groups.reduce((sum, { points }, i) => sum + points.length - drawn[i]!.length, 0);
  const entries = groups.map(({ name }, i) => ({
    name,
    kind: kindOf(i),
    sample: html`<path class="mark" transform="translate(14 0)" d="${shape(i, 1.6)}"/>`,
  }));
  const { drawn: names, top } = legend(groups.length > 1 ? entries : [], LEFT, WIDTH);
  const box = { left: LEFT, right: RIGHT, top, bottom: BOTTOM };
  const all = drawn.flat();
  const spans = [limits(all.map(([x]) => x)), limits(all.map(([, y]) => y))] as const;
  const [xs, ys] = sameScale ? ofSameScale(spans, RIGHT - LEFT, BOTTOM - top) : spans;
  const x = linear(xs, [LEFT, RIGHT]);
  const y = linear(ys, [BOTTOM, top]);
  const paths = drawn.map((points) => turns(points.map((point) => `${round(x(point[0]))} ${round(y(point[1]))}`)));
  const id = `marks-${digest(JSON.stringify([title, paths]))}`;
  const mark = (i: number) => `url(#${id}-${i})`;
  const path = (d: string | undefined, i: number) =>
    d && html`<path d="${d}" fill="none" marker-start="${mark(i)}" marker-mid="${mark(i)}" marker-end="${mark(i)}"/>`;
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${groups.map(
  (_, i) =>
    html`<g class="${kindOf(i)}"><marker id="${id}-${i}" viewBox="-5 -5 10 10" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse"><path class="mark dim" d="${shape(i)}"/></marker></g>`,
)}
${axes({ x, y, box, height: HEIGHT, xLabel, yLabel, upright: true })}
${Array.from({ length: TURNS }, (_, turn) => paths.map((ofGroup, i) => path(ofGroup[turn], i)))}
${groups.length > 1 && !overlaid ? middles(groups, drawn, x, y) : undefined}
${all.length === 0 ? html`<text x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">no values</text>` : undefined}
${hidden > 0 ? html`<text x="${RIGHT}" y="${BOTTOM - 6}" text-anchor="end">not shown: ${hidden} not finite</text>` : undefined}
${names}
</svg>`;
}

const kindOf = (i: number) => `s${i}${i >= OPEN ? ' open' : ''}`;

/** The outline of a group's mark around (0,0). */
function shape(i: number, larger = 1): string {
  const { type, size } = SHAPES[i]!;
  return symbol(type, size * larger).digits(2)() ?? '';
}

/** Moves to every TURNS-th of the places; undefined where there is none. */
function turns(places: readonly string[]): (string | undefined)[] {
  return Array.from({ length: TURNS }, (_, turn) => {
    const mine = places.filter((_, i) => i % TURNS === turn);
    return mine.length > 0 ? `M${mine.join('L')}` : undefined;
  });
}

/** The groups' names at the medians of their points, save those that would cover another's. */
function middles(groups: readonly PointGroup[], drawn: readonly (readonly Point[])[], x: Scale, y: Scale): Html {
  const placed: { readonly x: number; readonly y: number; readonly half: number }[] = [];
  return html`<g class="names">${groups.map(({ name }, i) => {
    const points = drawn[i]!;
    if (points.length === 0) return undefined;
    const here = {
      x: x(median(points.map((point) => point[0]))),
      y: y(median(points.map((point) => point[1]))),
      half: 4 + name.length * 3.8,
    };
    if (placed.some((other) => Math.abs(other.y - here.y) < 14 && Math.abs(other.x - here.x) < other.half + here.half))
      return undefined;
    placed.push(here);
    return html`<text x="${round(here.x)}" y="${round(here.y + 4)}" text-anchor="middle">${name}</text>`;
  })}</g>`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The spans about their middles, the shorter in units of the picture made as long as the other. */
function ofSameScale(spans: readonly [Point, Point], width: number, height: number): [Point, Point] {
  const unit = Math.max((spans[0][1] - spans[0][0]) / width, (spans[1][1] - spans[1][0]) / height);
  const about = ([low, high]: Point, length: number): Point => [
    (low + high - unit * length) / 2,
    (low + high + unit * length) / 2,
  ];
  return [about(spans[0], width), about(spans[1], height)];
}

/** A name for the marks that no other plot of the page has: FNV-1a. */
function digest(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}
