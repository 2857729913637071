/** The examples that train/README.md and export/README.md show for programs are run as they stand, one after the other. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { configure, readMetrics, recipes } from '@alix/train';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { codeUnder, linkPackages } from '../fixtures/readme-code.js';
import { describeWithTensorflow } from '../tensorflow.js';

const cwd = temporaryFolder();
linkPackages(cwd);
const [trainExample = '', ...furtherTraining] = codeUnder('train/README.md', 'Train from your own code');
const [exportExample = '', ...furtherExport] = codeUnder('export/README.md', 'Export from your own code');

function said(code: string): string {
  writeFileSync(join(cwd, 'example.mjs'), code);
  return execFileSync(process.execPath, ['example.mjs'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('configure is a recipe with settings over it, by its own name or its objective', () => {
  const config = configure('dali', { seed: 7, optimiser: { beta1: 0.25 } });
  const { learningRate } = recipes['dali-strokes']?.config.optimiser ?? {};
  expect(config).toMatchObject({
    recipe: 'dali-strokes',
    seed: 7,
    objective: { name: 'dali' },
    optimiser: { beta1: 0.25 },
  });
  expect(config.optimiser.learningRate).toBe(learningRate ?? 2e-4);
  expect(configure('dali-strokes')).toEqual({ ...config, seed: 1, optimiser: { ...config.optimiser, beta1: 0.5 } });
  expect(() => configure('dali-stroke')).toThrow('did you mean dali-strokes?');
  expect(() => configure('dali', { sead: 7 } as object)).toThrow('"sead" is not a setting');
});

test('each README has one example', () => {
  expect([furtherTraining, furtherExport]).toEqual([[], []]);
});

describeWithTensorflow('the examples', () => {
  test('a run is defined, trained, resumed and read', async () => {
    const lines = said(trainExample).trimEnd().split('\n');
    const metrics = await readMetrics(join(cwd, 'runs/strokes/metrics.jsonl'));
    expect(metrics.filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual([20, 40]);
    expect(lines.filter((line) => /^\d+ \d/.test(line))).toEqual([
      expect.stringMatching(/^20 0\.1 0\.\d+$/),
      ...metrics.flatMap((line) => (line.kind === 'step' ? [`${line.step} ${line.critic} ${line.actor}`] : [])),
    ]);
    const state = JSON.parse(readFileSync(join(cwd, 'runs/strokes/run.json'), 'utf8'));
    expect(state.config).toMatchObject({ recipe: 'dali-strokes', seed: 7, length: { steps: 40 } });
  });

  test('the run is exported, and the model encodes what it sampled', async () => {
    const lines = said(exportExample).trimEnd().split('\n');
    expect(lines.at(-1)).toBe('4');
    const model = await loadModel(join(cwd, 'out/strokes'), { device: 'cpu' });
    const { licence, training, metrics, parity } = model.bundle;
    expect({ licence, steps: training.steps, n: metrics?.mse?.n }).toEqual({
      licence: 'CC0-1.0',
      steps: 40,
      n: 10_000,
    });
    expect(parity.codes).toBeLessThan(1e-4);
    await model.dispose();
  });
});
