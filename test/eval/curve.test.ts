/** Curves as SVG: where the points come to lie, and series that are hard to draw. */
import { curve } from '@alix/eval';
import { limits, tickLabel } from '@alix/eval/report/ticks';
import { expect, test } from 'vitest';

type Points = readonly (readonly [number, number])[];

const draw = (points: Points, more: Partial<Parameters<typeof curve>[0]> = {}) =>
  `${curve({ title: 'a title', xLabel: 'step', yLabel: 'loss', series: [{ name: 'critic', points }], ...more })}`;

/** The d of the first series' line. */
const pathOf = (svg: string) => /<g class="s0"><path class="line" d="([^"]*)"/.exec(svg)?.[1] ?? '';
const numbersOf = (path: string) => (path.match(/-?[\d.]+/g) ?? []).map(Number);

test('the ends of a line lie in the corners of the plot, y upwards', () => {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = numbersOf(
    pathOf(
      draw([
        [0, 0],
        [10, 1],
      ]),
    ),
  );
  expect(x0).toBe(60);
  expect(x1).toBe(470);
  expect(y0).toBeGreaterThan(y1);
  // 6 % of room below and above, of a plot from 238 up to 34
  expect(y0).toBeCloseTo(238 - (204 * 0.06) / 1.12, 1);
});

test.each<[string, Points]>([
  [
    'a constant series',
    [
      [1, 2],
      [2, 2],
      [3, 2],
    ],
  ],
  [
    'a constant zero',
    [
      [1, 0],
      [2, 0],
    ],
  ],
  ['one point', [[5, 0.3]]],
  ['one point at the origin', [[0, 0]]],
  [
    'huge and tiny values',
    [
      [0, 1e-12],
      [1e9, 1e12],
    ],
  ],
  [
    'nothing but NaN',
    [
      [1, Number.NaN],
      [2, Number.POSITIVE_INFINITY],
    ],
  ],
  ['no point', []],
])('%s gives finite coordinates inside the picture', (_, points) => {
  const svg = draw(points);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  const numbers = numbersOf(pathOf(svg));
  for (const value of numbers) expect(value >= 0 && value <= 480).toBe(true);
  expect(svg.includes('no values')).toBe(!points.some(([, y]) => Number.isFinite(y)));
});

test('a value that is not finite is a gap: the pen is lifted', () => {
  const path = pathOf(
    draw([
      [0, 1],
      [1, 2],
      [2, Number.NaN],
      [3, 2],
      [4, 1],
    ]),
  );
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path.match(/L/g)).toHaveLength(2);
});

test('one point is a dot, many are a line alone', () => {
  expect(draw([[5, 0.3]])).toContain('<circle');
  expect(draw(Array.from({ length: 200 }, (_, i) => [i, Math.sin(i)] as const))).not.toContain('<circle');
});

test('legend, labels, title and reference lines are there, and text is escaped', () => {
  const svg = draw(
    [
      [0, 1],
      [1, 3],
    ],
    { title: 'a "b" <c>', references: [{ name: 'mean <image>', y: 2 }], xLabel: 'x & y' },
  );
  for (const text of ['>critic<', 'x &amp; y', '>loss<', 'mean &lt;image&gt;', 'a &quot;b&quot; &lt;c&gt;'])
    expect(svg).toContain(text);
  expect(svg).not.toContain('<c>');
});

test('a legend that is too long for one row takes two, and the plot makes room', () => {
  const names = ['critic', 'actor', 'critic_data', 'critic_model', 'code'];
  const series = names.map((name) => ({ name, points: [[0, 1]] as const }));
  const svg = draw([], { series });
  const ends = [
    ...svg.matchAll(/translate\(([\d.]+) (14|32)\)"><path class="line" d="M0 0h22"\/><text x="27" y="4">(\w+)</g),
  ].map(([, left, y, name = '']) => ({ right: Number(left) + 27 + 7.2 * name.length, y }));
  expect(ends.map(({ y }) => y)).toEqual(['14', '14', '14', '14', '32']);
  for (const { right } of ends) expect(right).toBeLessThan(480);
  expect(svg).toContain('class="axis" d="M60 52V');
});

test('an axis begins where it is told to, unless a value is below', () => {
  expect(limits([3, 5], { from: 0 })[0]).toBe(0);
  expect(limits([-1, 1], { from: 0 })[0]).toBeLessThan(-1);
  expect(limits([], {})).toEqual([0, 1]);
});

test('ticks are round numbers within the limits, in their places', () => {
  const svg = draw([
    [0, 0],
    [1834, 1],
  ]);
  const ticksOf = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, place, label]) => [Number(place), label]);
  expect(ticksOf(/<text x="([\d.]+)" y="255" text-anchor="middle">([\d.]+)</g)).toEqual(
    [0, 500, 1000, 1500].map((tick) => [expect.closeTo(60 + (410 * tick) / 1834, 0), `${tick}`]),
  );
  expect(ticksOf(/<text x="54" y="([\d.]+)" text-anchor="end">([\d.]+)</g).map(([, label]) => label)).toEqual([
    '0',
    '0.2',
    '0.4',
    '0.6',
    '0.8',
    '1',
  ]);
});

test('labels are short', () => {
  expect([0, 0.25, 1500, 2e6, 1e-7, 3e12, 0.1 + 0.2].map(tickLabel)).toEqual([
    '0',
    '0.25',
    '1500',
    '2M',
    '1e-7',
    '3e12',
    '0.3',
  ]);
});
