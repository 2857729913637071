/** alix eval of a model of points. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();

describeWithTensorflow('a model of points', () => {
  it('is measured on its mixture, and options of images are refused', async () => {
    const few = ['--set', 'data.options.train=500', '--set', 'data.options.test=300'];
    const steps = ['train', 'dali-grid', '--steps', '5', '--threads', '1', ...few, '-o', 'run', '--quiet'];
    for (const line of [steps, ['export', 'run', '-o', 'grid', '--quiet']]) {
      const ran = await alix(line, root);
      expect([ran.code, ran.stderr]).toEqual([0, '']);
    }
    const asked = [
      'eval',
      'grid',
      '--data',
      'gaussian-grid',
      '--samples',
      '50',
      '--set',
      'modes.threshold=4',
      '--json',
    ];
    const { code, stdout } = await inside([...asked, '-o', 'report'], root);
    expect(code).toBe(0);
    const record = JSON.parse(readFileSync(join(root, 'report', 'report.json'), 'utf8'));
    expect(JSON.parse(stdout)).toEqual({ ...record, output: 'report' });
    expect(record).toMatchObject({
      format: 'alix-eval-points',
      data: { name: 'gaussian-grid', split: 'test', n: 300, of: 300, d: 2, mixture: { sigma: 0.05 } },
      conventions: { samples: 50, threshold: 4 },
      metrics: { modes: { of: 25, n: 50, perfect: 1 - Math.exp(-8) }, mse: { n: 300 } },
      skipped: [],
    });
    expect(readFileSync(join(root, 'report', 'report.html'), 'utf8')).toContain('modes captured of 25');

    for (const [more, message] of [
      [['--metrics', 'mse'], /^alix: --metrics, grid: .*points; leave it out\n$/],
      [
        ['--set', 'modes.treshold=3'],
        /^alix: modes.treshold=3: no such option of a model of points; .*modes.threshold/,
      ],
      [['--set', 'modes.threshold=0'], /^alix: modes.threshold=0: .*expected a number above 0/],
      [['--data', 'strokes'], /^alix: strokes: the model is one of points, and these are none/],
    ] as const) {
      const refused = await inside([...asked.slice(0, 4), ...more, '--quiet', '-o', 'other'], root);
      expect(refused.code).toBeGreaterThan(0);
      expect(refused.stderr).toMatch(message);
      expect(existsSync(join(root, 'other'))).toBe(false);
    }
  });
});
