/** Scatter plots: every point has its place and its group's mark, and nothing that is not finite has one. */
import { type PointGroup, scatter } from '@alix/eval';
import { expect, test } from 'vitest';
import { noise } from './support.js';

type Points = PointGroup['points'];

const draw = (groups: readonly PointGroup[], more: Partial<Parameters<typeof scatter>[0]> = {}) =>
  `${scatter({ title: 'codes', xLabel: 'component 1', yLabel: 'component 2', groups, ...more })}`;

/** The places of the points of group i, in the order of the picture. */
function places(svg: string, i: number): [number, number][] {
  const paths = [...svg.matchAll(/<path d="M([^"]*)" fill="none" marker-start="url\(#marks-\w+-(\d)\)"/g)];
  return paths
    .filter(([, , group]) => Number(group) === i)
    .flatMap(([, d = '']) => d.split('L').map((place) => place.split(' ').map(Number) as [number, number]));
}

const corners: Points = [
  [0, 0],
  [10, 0],
  [0, 4],
  [10, 4],
];

test('points lie where their values say, y upwards', () => {
  const found = places(draw([{ name: 'a', points: corners }]), 0);
  // 6 % of room around, of a plot 410 wide and 304 high
  const [left, right] = [60 + (410 * 0.06) / 1.12, 470 - (410 * 0.06) / 1.12];
  const [bottom, top] = [338 - (304 * 0.06) / 1.12, 34 + (304 * 0.06) / 1.12];
  [
    [left, bottom],
    [right, bottom],
    [left, top],
    [right, top],
  ].forEach((wanted, i) => {
    expect(Math.hypot(found[i]![0] - wanted[0]!, found[i]![1] - wanted[1]!)).toBeLessThan(0.1);
  });
});

test('on the same scale a unit is as long on both axes', () => {
  const found = places(draw([{ name: 'a', points: corners }], { sameScale: true }), 0);
  const [x0, y0] = found[0]!;
  expect((found[1]![0] - x0) / 10).toBeCloseTo((y0 - found[2]![1]) / 4, 1);
  for (const [x, y] of found) expect(x > 60 && x < 470 && y > 34 && y < 338).toBe(true);
});

test('2000 points of ten groups are all there, in some ten bytes each', () => {
  const groups = Array.from({ length: 10 }, (_, i) => {
    const z = noise(400, i);
    return { name: `${i}`, points: Array.from({ length: 200 }, (_, j) => [z[2 * j]!, z[2 * j + 1]!] as const) };
  });
  const svg = draw(groups);
  for (let i = 0; i < 10; i++) expect(places(svg, i)).toHaveLength(200);
  expect(svg.length).toBeLessThan(20 * 2000);
  expect(svg.match(/<path/g)!.length).toBeLessThan(150);
});

test('groups differ in shape as well as in colour', () => {
  const svg = draw(Array.from({ length: 10 }, (_, i) => ({ name: `${i}`, points: corners })));
  const marks = [...svg.matchAll(/<g class="(s\d)(?: open)?"><marker[^>]*><path class="mark dim" d="([^"]*)"/g)];
  expect(new Set(marks.map(([, colour]) => colour)).size).toBe(10);
  expect(new Set(marks.map(([, , shape]) => shape)).size).toBe(10);
  expect(() => draw(Array.from({ length: 11 }, () => ({ name: 'a', points: [] })))).toThrow(/at most 10, found 11/);
});

test('marks of two plots of a page do not share a name', () => {
  const id = (svg: string) => /id="(marks-\w+-0)"/.exec(svg)?.[1];
  const [a, b] = [corners, corners.slice(1)].map((points) => id(draw([{ name: 'a', points }])));
  expect(a).toBeTruthy();
  expect(a).not.toBe(b);
});

test('what is not finite is counted, and not drawn', () => {
  const points: Points = [...corners, [Number.NaN, 1], [1, Number.POSITIVE_INFINITY]];
  const svg = draw([{ name: 'a', points }]);
  expect(places(svg, 0)).toHaveLength(4);
  expect(svg).toContain('not shown: 2 not finite');
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(draw([{ name: 'a', points: corners }])).not.toContain('not shown');
  expect(draw([{ name: 'a', points: [[Number.NaN, 0]] }])).toContain('no values');
});

test('names stand in the legend and at the medians, save where one would cover another', () => {
  const shifted = (by: number): Points => corners.map(([x, y]) => [x + by, y]);
  const namesIn = (svg: string, what: string) => [
    ...(new RegExp(`<g class="${what}">(.*?)</g>(?:</g>)?\n`).exec(svg)?.[1] ?? '').matchAll(/>([^<>]+)<\/text>/g),
  ];
  const svg = draw([
    { name: 'cat', points: corners },
    { name: 'dog', points: shifted(0.1) },
    { name: 'truck', points: shifted(40) },
  ]);
  expect([...svg.matchAll(/<text x="27" y="4">(\w+)</g)].map(([, name]) => name)).toEqual(['cat', 'dog', 'truck']);
  expect(namesIn(svg, 'names').map(([, name]) => name)).toEqual(['cat', 'truck']);
  expect(draw([{ name: 'alone', points: corners }])).not.toContain('alone');
});

test('text is escaped, and the title is there for screen readers', () => {
  const svg = draw(
    [
      { name: '<b>', points: corners },
      { name: 'c', points: [] },
    ],
    { title: 'a "<t>"', xLabel: '34 % & more' },
  );
  expect(svg).toContain('role="img" aria-label="a &quot;&lt;t&gt;&quot;"><title>a &quot;&lt;t&gt;&quot;</title>');
  expect(svg).toContain('34 % &amp; more');
  expect(svg).not.toContain('<b>');
});
