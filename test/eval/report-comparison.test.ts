/** Tables of values with intervals: bars in their places, the best of a row marked, and no number where there is none. */
import { bars, type ComparedMetric, comparison } from '@alix/eval';
import { standings } from '@alix/eval/report/comparison';
import { boundsText, shortNumber } from '@alix/eval/report/numbers';
import { describe, expect, test } from 'vitest';

const hostile = '</td><script>"x"';

/** The texts of the cells of each row of the bodies. */
const cellsOf = (text: string) =>
  [...text.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)]
    .slice(1)
    .map(([, row = '']) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replace(/(<[^>]*>)+/g, '|')),
    );

describe('bars', () => {
  const draw = (rows: Parameters<typeof bars>[0]['rows'], more = {}) =>
    `${bars({ nameLabel: 'class', valueLabel: 'MSE', rows, ...more })}`;
  const lengths = (text: string) =>
    [...text.matchAll(/class="length" d="M(\d+) 3H(\d+)V/g)].map(([, from, to]) => [Number(from), Number(to)]);

  test('begin at zero and are as long as their values', () => {
    const text = draw([
      { name: 'a', value: 1 },
      { name: 'b', value: 4 },
    ]);
    expect(lengths(text)).toEqual([
      [4, 252],
      [4, 996],
    ]);
    expect(text).toContain('<th scope="row">a</th><td>1</td>');
  });

  test('values below zero go to the left of it', () => {
    const text = draw([
      { name: 'a', value: -1 },
      { name: 'b', value: 1 },
    ]);
    expect(lengths(text)).toEqual([
      [4, 500],
      [500, 996],
    ]);
  });

  test('intervals fit, and are written with the decimals of the value', () => {
    const text = draw([{ name: 'a', value: 0.01234, interval: { low: 0.01, high: 0.02 } }]);
    expect(text).toContain('<td>0.01234<small>0.01000 to 0.02000</small></td>');
    expect(lengths(text)).toEqual([[4, 616]]);
    expect(text).toContain('d="M500 10H996M500 6V14M996 6V14"');
  });

  test('a reference is a line in every row, and is said', () => {
    const text = draw(
      [
        { name: 'a', value: 1, n: 7 },
        { name: 'b', value: Number.NaN, n: 8 },
      ],
      { reference: { name: 'the mean', value: 2 }, note: 'A note.' },
    );
    expect(text.match(/class="line" d="M996 0V20"/g)).toHaveLength(2);
    expect(text).toContain('The dashed line is the mean, 2. A note.');
    expect(text).toContain('<th scope="col">n</th>');
    expect(text).toContain('<td>8</td>');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is a dash without a bar', (value) => {
    const text = draw([{ name: 'a', value, interval: { low: 0, high: value } }], { reference: { name: 'r', value } });
    expect(text).toContain('<span aria-label="no value">–</span>');
    expect(lengths(text)).toEqual([]);
    expect(text).not.toMatch(/NaN|Infinity|class="reach"|class="line"/);
  });

  test('text is escaped', () => {
    const text = draw([{ name: hostile, value: 1 }], { nameLabel: hostile, note: hostile });
    expect(text).not.toContain('<script');
    expect(text.match(/&lt;script&gt;/g)).toHaveLength(3);
  });
});

describe('standings', () => {
  const at = (...values: (number | undefined)[]) =>
    values.map((value) => (value === undefined ? undefined : { value, interval: { low: value - 1, high: value + 1 } }));

  test.each<[string, ComparedMetric['better'], ComparedMetric['values'], string[]]>([
    ['the lowest', 'lower', at(5, 1, 9), ['', 'best', '']],
    ['the highest', 'higher', at(5, 1, 9), ['', '', 'best']],
    ['none without a direction', undefined, at(5, 1, 9), ['', '', '']],
    ['none of one', 'lower', at(5, undefined, Number.NaN), ['', '', '']],
    ['all that are equal', 'lower', at(1, 1, 9), ['best', 'best', '']],
    ['what overlaps with it is close', 'lower', at(1, 2.5, 3.5), ['best', 'close', '']],
    ['without intervals nothing is close', 'higher', [{ value: 1 }, { value: 1.01 }], ['', 'best']],
    ['infinity is best of nothing', 'higher', at(1, Number.POSITIVE_INFINITY, -4), ['best', '', '']],
  ])('%s', (_, better, values, wanted) => {
    const metric = { name: 'm', values, ...(better ? { better } : {}) };
    expect(standings(metric).map((mark) => mark ?? '')).toEqual(wanted);
  });
});

describe('a comparison', () => {
  const text = `${comparison({
    models: ['A', 'B', hostile],
    groups: [
      {
        heading: 'Reconstructions',
        metrics: [
          {
            name: 'MSE',
            better: 'lower',
            values: [
              { value: 0.0123, interval: { low: 0.012, high: 0.013 } },
              { value: 0.0128, interval: { low: 0.0125, high: 0.0131 } },
              undefined,
            ],
          },
          {
            name: 'PSNR',
            unit: 'dB',
            better: 'higher',
            values: [{ value: 19.3 }, { value: Number.NaN }, { value: 20 }],
          },
        ],
      },
      { heading: hostile, metrics: [{ name: 'active units', values: [{ value: 64 }, { value: 60 }, { value: 9 }] }] },
    ],
    note: hostile,
  })}`;

  test('has a row for each metric with its unit and direction, and marks that are no colours', () => {
    expect(cellsOf(text)).toEqual([
      ['|Reconstructions|'],
      ['MSE|lower is better|', '|0.01230|0.01200 to 0.01300|', '|≈ |0.01280|0.01250 to 0.01310|', '|–|'],
      ['PSNR|dB, higher is better|', '19.30', '|–|', '|20|'],
      ['|&lt;/td&gt;&lt;script&gt;&quot;x&quot;|'],
      ['active units', '64', '60', '9'],
    ]);
    expect(text.match(/<strong>/g)).toHaveLength(2);
    expect(text.match(/aria-label="best"/g)).toHaveLength(3);
    expect(text).toContain('best of its row; ≈ its interval and the best’s overlap. ');
  });

  test('scrolls in a box that keys reach, and its text is escaped', () => {
    expect(text).toContain('<div class="wide" role="region" aria-label="models side by side" tabindex="0">');
    expect(text).not.toContain('<script');
    expect(text).not.toMatch(/NaN/);
  });

  test('explains no mark that is not there', () => {
    const plain = `${comparison({ models: ['A'], groups: [{ heading: 'h', metrics: [{ name: 'm', values: [{ value: 1 }] }] }] })}`;
    expect(plain).not.toContain('class="note"');
  });

  test('refuses rows of another length', () => {
    const groups = [{ heading: 'h', metrics: [{ name: 'MSE', values: [{ value: 1 }] }] }];
    expect(() => comparison({ models: ['A', 'B'], groups })).toThrow(/MSE .*expected 2, found 1/);
  });
});

test('numbers are short, and intervals have the decimals of what they are about', () => {
  expect([0.012345, 12.3456, 1234.56, 64, 0, -0.5, 1e-7, Number.NaN].map(shortNumber)).toEqual([
    '0.01235',
    '12.35',
    '1234.6',
    '64',
    '0',
    '-0.5000',
    '1.000e-7',
    '–',
  ]);
  expect(boundsText({ low: 1, high: 2.34567 }, 1.5)).toBe('1.000 to 2.346');
  expect(boundsText({ low: 0.5, high: 1.5 }, 1)).toBe('0.5000 to 1.500');
  expect(boundsText({ low: 0.5, high: 1.5 }, 1, (end) => `${end} dB`)).toBe('0.5 dB to 1.5 dB');
});
