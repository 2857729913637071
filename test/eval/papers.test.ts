/** The papers' numbers: that they are those that were printed, that none is lost on the way, and what is said of each. */
import { paperNumbers, papersTable } from '@alix/eval';
import { whatDiffers } from '@alix/eval/papers/differs';
import { printedTables } from '@alix/eval/papers/results';
import {
  datasetOfPrinted,
  metricOfPrinted,
  type PaperMetric,
  paperMetrics,
  papers,
  systemOfMethod,
} from '@alix/eval/papers/sources';
import { describe, expect, it } from 'vitest';

const rows = printedTables.flatMap(({ paper, table, rows }) => rows.map((row) => ({ paper, table, row })));
const metrics = Object.keys(paperMetrics) as PaperMetric[];
const datasets = [...new Set(Object.values(datasetOfPrinted))].filter((name) => name !== undefined);

describe('what the papers print', () => {
  // of the list that was made from the papers by hand: rows, sum of the values, sum of what follows the ±
  it.each([
    ['ali-2016', 8, 289.82, 1.87],
    ['aim', 33, 714.61, 0.979],
    ['dali', 43, 1107.91, 0.979],
    ['as-vae', 8, 427.96, 0],
    ['gali', 40, 290.2566, 2.83776],
    ['ali-2017', 12, 191.23, 29.63],
    ['alice-code', 7, 30.2861, 1.0013],
  ])('%s: every row is there', (paper, n, values, spreads) => {
    const mine = rows.filter((row) => row.paper === paper).map(({ row }) => row);
    expect(mine).toHaveLength(n);
    expect(mine.reduce((sum, [, , , value]) => sum + value, 0)).toBeCloseTo(values, 6);
    expect(mine.reduce((sum, [, , , , spread]) => sum + (spread ?? 0), 0)).toBeCloseTo(spreads, 6);
  });

  it.each([
    ['ali-2016', 'Table 1', ['SVHN-1000', 'ALI (L2-SVM)', 'error_rate_percent', 19.14, 0.5]],
    ['aim', 'Table 1', ['MNIST', 'AIM', 'recon_mse', 0.026, 0.018]],
    ['aim', 'Table 1', ['CIFAR-10', 'AIM-minus', 'recon_mse', 0.037, 0.017]],
    ['dali', 'Table 1', ['MNIST', 'DALI', 'inception_score', 9.483, 0.02]],
    ['dali', 'Table 1', ['CIFAR-10', 'DALI', 'fid', 28.4]],
    ['dali', 'Table 2', ['2D-grid-25', 'DALI-f', 'high_quality_percent', 66.4]],
    ['as-vae', 'section 5.2', ['MNIST', 'AS-VAE-r', 'nll_nats', 81.14]],
    ['gali', 'Table 1 left', ['SVHN', 'GALI-PT', 'pixel_mse', 0.0093, 0.00099]],
    ['gali', 'Table 2', ['SVHN-1000', 'GALI-8', 'error_rate_percent', 15.82, 0.43]],
    ['gali', 'Table 3 bottom', ['CelebA-64-inpainting', 'GALI-mix', 'feature_mse', 0.164, 0.01]],
    ['ali-2017', 'CIFAR10 table', ['CIFAR-10-4000', 'ALI', 'error_rate_percent', 17.99, 1.62]],
  ])('%s, %s: %j', (paper, table, row) => {
    expect(rows).toContainEqual({ paper, table, row });
  });

  it('has a citation, a metric and a data set that are known for every row', () => {
    for (const { paper, row } of rows) {
      expect(papers[paper].citation).toMatch(/20\d\d/);
      expect(Object.hasOwn(metricOfPrinted, row[2]), row[2]).toBe(true);
      expect(Object.hasOwn(datasetOfPrinted, row[0]), row[0]).toBe(true);
    }
  });
});

describe('paperNumbers', () => {
  it('gives every row of every data set and metric once, or says where else it stands', () => {
    const found = datasets.flatMap((dataset) => paperNumbers({ system: 'ali', dataset, metrics }));
    const given = found.reduce((sum, { also }) => sum + 1 + also.length, 0);
    const withoutMetric = rows.filter(({ row }) => metricOfPrinted[row[2]] === undefined);
    const withoutDataset = rows.filter(({ row }) => datasetOfPrinted[row[0]] === undefined);
    // 10 ratios of other rows and 4 times on ImageNet; 2 of the mixture of five
    expect(withoutMetric).toHaveLength(14);
    expect(withoutDataset.filter((row) => !withoutMetric.includes(row))).toHaveLength(2);
    expect(given).toBe(rows.length - 16);
    // AIM's tables 1 and 2, all of which DALI prints again
    expect(found.length).toBe(rows.length - 16 - 28);
  });

  it("puts the system's own rows first, and AIM and DALI are one", () => {
    const numbers = paperNumbers({ system: 'dali', dataset: 'mnist', metrics: ['mse', 'inception_score'] });
    expect(numbers.map(({ same }) => same)).toEqual([...numbers.map(({ same }) => same)].sort().reverse());
    expect(numbers[0]).toMatchObject({
      paper: 'DALI',
      table: 'Table 1',
      method: 'DALI',
      metric: 'mse',
      value: 0.026,
      std: 0.018,
      also: ['AIM, Table 1, as AIM'],
    });
    expect(numbers[0]?.differs.join(' ')).toMatch(/standard deviation over images/);
    expect(numbers[1]).toMatchObject({ method: 'DALI', metric: 'inception_score', value: 9.483 });
    expect(numbers.filter(({ same }) => same)).toHaveLength(2);
    expect(numbers.map(({ method }) => method)).toEqual(expect.arrayContaining(['GAN', 'ALI', 'ALICE', 'DALI-l2']));
    expect(paperNumbers({ system: 'AIM', dataset: 'MNIST', metrics: ['mse', 'inception_score'] })).toEqual(numbers);
  });

  it('keeps reconstructions and filled holes apart', () => {
    const of = (metric: PaperMetric) =>
      paperNumbers({ system: 'gali', dataset: 'CelebA', metrics: [metric] }).filter(({ same }) => same);
    expect(of('mse').map(({ value }) => value)).toEqual([0.036, 0.032]);
    expect(of('inpainting').map(({ value }) => value)).toEqual([0.046, 0.031]);
    expect(of('inpainting_feature_mse').map(({ method }) => method)).toEqual(['GALI-4', 'GALI-mix']);
  });

  it('has none for other data and for metrics that were not measured', () => {
    expect(paperNumbers({ system: 'ali', dataset: 'strokes', metrics })).toEqual([]);
    expect(paperNumbers({ system: 'ali', dataset: 'celeba-hq', metrics })).toEqual([]);
    expect(paperNumbers({ system: 'dali', dataset: 'mnist', metrics: [] })).toEqual([]);
    expect(paperNumbers({ system: 'dali', dataset: 'mnist', metrics: ['fd'] })).toEqual([]);
  });
});

describe('what differs', () => {
  it('is said of every number that stands beside ours', () => {
    const found = datasets.flatMap((dataset) => paperNumbers({ system: 'ali', dataset, metrics }));
    const silent = found.filter(({ differs }) => differs.length === 0);
    expect(silent.map(({ paper, method, metric }) => `${paper} ${method} ${metric}`)).toEqual([]);
  });

  it("names MNIST's classifier only for scores on MNIST, quotations only where they are", () => {
    const on = (dataset: string, method: string) =>
      whatDiffers({ paper: 'dali', dataset, method, metric: 'inception_score' }).join(' ');
    expect(on('MNIST', 'DALI')).toMatch(/MNIST classifier/);
    expect(on('MNIST', 'DALI')).not.toMatch(/Quoted/);
    expect(on('MNIST', 'ALI')).toMatch(/Quoted/);
    expect(on('CIFAR-10', 'DALI')).toMatch(/64x64.*contrast/);
    expect(on('CIFAR-10', 'ALI')).not.toMatch(/contrast|MNIST/);
  });

  it('says that the bars of ALI on CIFAR-10 are three standard deviations, of its rows alone', () => {
    const numbers = paperNumbers({ system: 'ali', dataset: 'cifar10', metrics: ['svm'] });
    expect(numbers).toHaveLength(8);
    for (const { method, differs } of numbers)
      expect(differs.includes('The ± is three standard deviations.'), method).toBe(method === 'ALI');
    expect(numbers[2]?.differs).toContain('4,000 labels.');
  });

  it('has no name of a method that no paper prints', () => {
    const printed = new Set(rows.map(({ row }) => row[1]));
    expect(Object.keys(systemOfMethod).filter((name) => !printed.has(name))).toEqual([]);
  });
});

describe('papersTable', () => {
  const numbers = paperNumbers({ system: 'ali', dataset: 'svhn', metrics: ['svm', 'mse'] });

  it('sets ours beside theirs in their unit', () => {
    const table = papersTable({ svm: { value: 0.2134, std: 0.0051 } }, numbers);
    expect(table).toHaveLength(numbers.length);
    expect(table[0]).toMatchObject({
      paper: 'ALI (2016)',
      table: 'Table 1',
      method: 'ALI (L2-SVM)',
      metric: 'error with few labels',
      theirs: '19.14 ± 0.5 %',
      ours: '21.34 ± 0.5100 %',
      same: true,
    });
    expect(table[0]?.differs).toMatch(/8,960 numbers by the paper, 5,376/);
    expect(table.find(({ metric }) => metric.startsWith('MSE'))).toMatchObject({ theirs: '0.023 ± 0.0024', ours: '' });
  });

  it('names the other places of a number', () => {
    const [first] = papersTable({}, paperNumbers({ system: 'dali', dataset: 'mnist', metrics: ['mse'] }));
    expect(first?.table).toBe('Table 1; AIM, Table 1, as AIM');
  });

  it('compares no number that is none', () => {
    expect(() => papersTable({ svm: { value: Number.NaN } }, numbers)).toThrow(/svm.*NaN/s);
  });
});
