/** Which numbers compare, and when one model is called better: records by hand, every verdict. */
import { compareRecords, compareReport, type EvalRecord } from '@alix/eval';
import { describe, expect, test } from 'vitest';
import { loadsSomething } from '../../fixtures/self-contained.js';

type Change = Partial<Record<'model' | 'data' | 'conventions' | 'metrics' | 'extractor' | 'reference', object>>;
const extractor = {
  graph: 'a'.repeat(64),
  output: 'features',
  preprocessing: 'stored pixels',
  d: 5,
  distance: 'FD(aaaaaaaa:features)',
};
const mse = (mean: number, reach = 0.01, n = 100) => ({
  mean,
  std: 1,
  n,
  interval: { low: mean - reach, high: mean + reach },
});

function recordOf({ model, data, conventions, metrics, ...rest }: Change = {}): EvalRecord {
  return {
    format: 'alix-eval',
    version: 2,
    alixVersion: '0',
    created: '2026-01-01T00:00:00Z',
    model: { name: 'm', sha256: '0'.repeat(64), system: 'dali', dataset: 'mnist', device: 'cpu', ...model },
    data: {
      name: 'mnist',
      split: 'test',
      n: 100,
      of: 100,
      size: { height: 2, width: 2, channels: 1 },
      images: 'ab'.repeat(32),
      ...data,
    },
    extractor,
    conventions: { seed: 0, batch: 64, samples: 50, prdc: 'k = 5', pixel_range: [0, 1], ...conventions },
    metrics: { mse: mse(0.1), ...metrics },
    skipped: [],
    ...rest,
  } as EvalRecord;
}

const compare = (...changes: Change[]) =>
  compareRecords(changes.map((change, i) => ({ label: `m${i}`, record: recordOf(change) })));
const row = (found: ReturnType<typeof compare>, name: string) => found.rows.find((one) => one.name === name);

describe('of the same images', () => {
  test('a win is an interval that has nothing in common with any other', () => {
    const found = compare(
      { metrics: { mse: mse(0.2) } },
      { metrics: { mse: mse(0.1) } },
      { metrics: { mse: mse(0.3) } },
    );
    expect(found.differences).toEqual([]);
    expect(row(found, 'MSE')).toMatchObject({ verdict: 'clear', best: 1, better: 'lower' });
    const higher = { interval: { low: 19, high: 21 }, n: 100, std: 1 };
    const ratios = compare(
      { metrics: { psnr: { ...higher, mean: 20 } } },
      { metrics: { psnr: { mean: 30, n: 100, std: 1, interval: { low: 29, high: 31 } } } },
    );
    expect(row(ratios, 'PSNR, dB')).toMatchObject({ verdict: 'clear', best: 1 });
  });

  test.each<[string, object, object, object]>([
    ['intervals that overlap', mse(0.1), mse(0.119), { verdict: 'overlap' }],
    [
      'intervals that touch',
      { ...mse(0.1), interval: { low: 0, high: 0.125 } },
      { ...mse(0.2), interval: { low: 0.125, high: 1 } },
      { verdict: 'overlap' },
    ],
    ['the best two overlap, a third is far', mse(0.1), mse(0.11), { verdict: 'overlap' }],
    ['no interval', { mean: 0.1, n: 100 }, mse(0.2), { verdict: 'no-interval' }],
    ['an interval that is none', mse(0.1), { ...mse(0.9), interval: 7 }, { verdict: 'no-interval' }],
    ['a number that is none', { ...mse(0.1), mean: 'NaN' }, mse(0.2), { verdict: 'alone' }],
    [
      'other numbers of images',
      mse(0.1, 0.01, 100),
      mse(0.2, 0.01, 90),
      { verdict: 'not-comparable', because: ['number of images'] },
    ],
  ])('%s: none is marked', (name, a, b, expected) => {
    const third = name.includes('third') ? [{ metrics: { mse: mse(0.9) } }] : [];
    const found = row(compare({ metrics: { mse: a } }, { metrics: { mse: b } }, ...third), 'MSE');
    expect(found).toMatchObject(expected);
    expect(found).not.toHaveProperty('best');
  });
});

const far = { metrics: { mse: mse(0.9) } };
const shares = (value: number) => {
  const interval = { low: value - 0.01, high: value + 0.01 };
  const names = ['precision', 'recall', 'density', 'coverage'];
  const all = <T>(one: T) => Object.fromEntries(names.map((name) => [name, one]));
  return { 'samples.prdc': { n: { real: 100, fake: 50 }, ...all(value), intervals: all(interval) } };
};

describe('what differs', () => {
  test("tools' conventions keep from being compared only the metrics that they change", () => {
    const of = (compat: string, prdc: string) => ({
      conventions: { compat, prdc, differs: [compat], resize: compat },
      metrics: { mse: mse(compat === 'a' ? 0.1 : 0.2) },
    });
    const found = compare(of('a', 'k = 5'), of('b', 'k = 3'));
    expect(found.differences).toMatchObject([
      { what: 'convention: prdc', affects: ['prdc'] },
      { what: 'tool', affects: [] },
    ]);
    expect(row(found, 'MSE')).toMatchObject({ verdict: 'clear', best: 0 });
  });

  test('references by their content, not by their names', () => {
    const of = (name: string, digit: string) => ({ reference: { name, sha256: digit.repeat(64) } });
    const affects = ['fd', 'fdinf', 'kid', 'prdc'];
    const [one, other] = [of('real.npz', '1'), of('real.npz', '2')];
    expect(compare(one, other).differences).toMatchObject([{ what: 'reference', affects }]);
    expect(compare(one, of('copy.npz', '1')).differences).toEqual([]);
    expect(compare(one, {}).differences).toMatchObject([{ what: 'reference', affects }]);
  });

  test.each<[string, Change, string, 'all' | string[]]>([
    ['images', { data: { images: 'cd'.repeat(32) } }, 'images', 'all'],
    ['how many', { data: { n: 50 } }, 'number of images', 'all'],
    ['their size', { data: { size: { height: 4, width: 2, channels: 1 } } }, 'image size', 'all'],
    ['a convention of all', { conventions: { pixel_range: [-1, 1] } }, 'convention: pixel range', 'all'],
    ['a convention of one metric', { conventions: { prdc: 'k = 3' } }, 'convention: prdc', ['prdc']],
    ['an option of one metric', { conventions: { 'prdc.k': 3 } }, '', []],
    ['the seed', { conventions: { seed: 1 } }, 'seed', []],
    ['the batch', { conventions: { batch: 1 } }, '', []],
    ['the precision', { model: { precision: 'int8' } }, 'precision of the weights', []],
    [
      'the extractor',
      { extractor: { ...extractor, preprocessing: 'resized' } },
      'extractor',
      ['feature_mse', 'fd', 'fdinf', 'kid', 'prdc'],
    ],
  ])('%s: told, and what it touches is not ranked', (_, change, what, affects) => {
    const found = compare(
      { metrics: { ...far.metrics, ...shares(0.9) } },
      { ...change, metrics: { mse: mse(0.1), ...shares(0.1) } },
    );
    if (what === '') expect(found.differences).toEqual([]);
    else expect(found.differences).toContainEqual(expect.objectContaining({ what, affects }));
    expect(row(found, 'MSE')!.verdict).toBe(affects === 'all' ? 'not-comparable' : 'clear');
    const isTouched = affects === 'all' || affects.includes('prdc');
    expect(row(found, 'recall')).toMatchObject(
      isTouched ? { verdict: 'not-comparable', because: [what] } : { verdict: 'clear', best: 0 },
    );
  });

  test('splits are told where images differ; the same images are the same in any part', () => {
    const other = { split: 'train', images: 'cd'.repeat(32) };
    expect(compare({}, { data: other }).differences.map(({ what }) => what)).toEqual(['images', 'split']);
    expect(compare({}, { data: { split: 'train' } }).differences).toEqual([]);
  });

  test('older reports name images by their data; where one does not say, it is not known', () => {
    const old = { images: undefined, fingerprint: 'ef'.repeat(32) };
    expect(compare({ data: old }, { data: old }).differences).toEqual([]);
    const [unknown] = compare({}, { data: old }).differences;
    expect(unknown).toMatchObject({ what: expect.stringContaining('not known'), affects: 'all' });
  });

  test('an evaluation without a number keeps the others from nothing', () => {
    const found = compare(far, {}, { data: { images: 'cd'.repeat(32) }, metrics: { mse: undefined } });
    expect(row(found, 'MSE')).toMatchObject({
      verdict: 'clear',
      best: 1,
      values: [{ value: 0.9 }, { value: 0.1 }, null],
    });
  });
});

test('fewer than two, and numbers that cannot be read', () => {
  expect(() => compare({})).toThrow('two reports');
  expect(() => compare({}, { metrics: { 'samples.prdc': {} } })).toThrow(/m1: the numbers of prdc cannot be read/);
});

describe('the page', () => {
  const origin = { alixVersion: '0', created: '2026-01-01T00:00:00Z' };
  const text = (...changes: Change[]) =>
    compareReport(
      compare(...changes),
      changes.map(() => undefined),
      origin,
    );

  test('says what differs before any number, and marks nothing then', () => {
    const page = text(far, { data: { images: 'cd'.repeat(32) } });
    expect(page.indexOf('class="notice"')).toBeLessThan(page.indexOf('<h2>'));
    expect(page.indexOf('What differs')).toBeLessThan(page.indexOf('Side by side'));
    expect(page).toContain('not comparable: other images');
    expect(page).not.toContain('aria-label="best"');
    expect(loadsSomething(page)).toEqual([]);
  });

  test('marks a clear win alone, and says that reports hold no errors of images', () => {
    const page = text(far, {});
    expect(page.match(/<td><svg class="star"/g)).toHaveLength(1);
    expect(page).toContain('which reports do not hold');
    expect(text({}, {})).not.toContain('class="star"');
    expect(text({}, {})).not.toContain('What differs');
  });

  test('models of one run at several steps have curves; others have none', () => {
    const at = (steps: number, run = 'r') => ({ model: { steps, run }, metrics: { mse: mse(1 / steps) } });
    expect(text(at(20), at(10), at(30))).toContain('<title>MSE, reconstructions</title>');
    expect(text(at(20), at(10, 'other'))).not.toContain('Over steps');
    expect(text(at(20), at(20))).not.toContain('Over steps');
  });

  test('pictures of each, reconstructions under their originals', () => {
    const picture = (value: number) => [new Uint8Array(4).fill(value), new Uint8Array(4).fill(value + 1)];
    const pictures = {
      size: recordOf().data.size,
      originals: picture(1),
      reconstructions: picture(5),
      samples: picture(9),
    };
    const made = (...changes: Change[]) => compareReport(compare(...changes), [pictures, pictures], origin);
    expect(made({}, {}).match(/<img /g)).toHaveLength(2 * 3 + 2 * 2);
    const apart = made({}, { data: { images: 'cd'.repeat(32) } });
    expect(apart.match(/<img /g)).toHaveLength(2 * 2);
    expect(apart).toContain('Not shown: the images are not the same.');
  });
});
