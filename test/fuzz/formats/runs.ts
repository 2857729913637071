/** Run folders: run.json, logs, checkpoints; and configurations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@alix/infer/io/random';
import { saveCheckpoint } from '@alix/train/checkpoint';
import { checkpointSteps, openChosen, openNewest } from '@alix/train/checkpoints';
import { resolveConfig } from '@alix/train/config';
import { design } from '@alix/train/design';
import { EVENTS, EventLog } from '@alix/train/event-log';
import { MetricsLog, readMetrics } from '@alix/train/metrics-log';
import { createRun, readRun } from '@alix/train/run-folder';
import { trainConfig } from 'alix/dist/train-config.js';
import { type Format, sound } from '../format.js';
import { treeOf } from '../tree.js';
import { folderOf } from './written.js';

const config = resolveConfig([{ from: 'test', config: { architecture: { options: { width: 4, latent: 3 } } } }]);
const record = {
  alixVersion: '0.1.0',
  tensorflowVersion: 'none',
  nodeVersion: process.versions.node,
  created: '2026-01-01T00:00:00.000Z',
  data: { name: 'noise', count: 1, fingerprint: 'a'.repeat(64) },
  config,
};

const run: Format = {
  name: 'run',
  seeds: async () => [await folderOf((folder) => createRun(folder, record))],
  async read(folder) {
    const { config: own } = await readRun(folder);
    const { networks } = design(own);
    sound(networks.size > 0, 'a run without networks');
  },
};

const line = (step: number) => ({ kind: 'step', step, epoch: 0, critic: 1.5, generator: 0.25 }) as const;

const logs: Format = {
  name: 'logs',
  seeds: async () => [
    await folderOf(async (folder) => {
      const events = new EventLog(join(folder, EVENTS), () => 0);
      await events.rewind(0);
      const log = new MetricsLog(join(folder, 'metrics.jsonl'), events);
      await log.rewind(0);
      for (let step = 1; step < 6; step++) log.add(line(step));
      await log.flush();
    }),
  ],
  async read(folder) {
    const path = join(folder, 'metrics.jsonl');
    const events = new EventLog(join(folder, EVENTS), () => 0);
    const log = new MetricsLog(path, events);
    await log.rewind(3);
    log.add(line(4));
    await log.flush();
    const lines = await readMetrics(path);
    sound(lines.at(-1)?.step === 4 && lines.slice(0, -1).every(({ step }) => step <= 3), 'the log does not go on');
    const bytes = readFileSync(join(folder, EVENTS));
    sound(bytes.subarray(0, 64).includes('brain.Event:2') || bytes.length > 64, 'no head of events');
  },
};

const arrays = (n: number) =>
  new Map([['G.w', { shape: [n], data: () => Float32Array.from({ length: n }, Math.sin) }]]);

const checkpoints: Format = {
  name: 'checkpoints',
  seeds: async () => [
    await folderOf(async (folder) => {
      await createRun(folder, record);
      for (const step of [3, 7]) {
        const best = { metric: 'reconstruction_mse', value: 0.5, step: 3 };
        const state = {
          step,
          epoch: 1,
          batchInEpoch: 0,
          seconds: 2,
          random: createRandom(1).state(),
          measures: { reconstruction_mse: 0.5 },
          best,
        };
        await saveCheckpoint(folder, { state, weights: arrays(5), optimiser: arrays(4) });
      }
    }),
  ],
  async read(folder, index) {
    const choices = [() => openNewest(folder), () => openChosen(folder, 'best'), () => openChosen(folder, 3)];
    const { state, weights } = await choices[index % choices.length]!();
    sound((await checkpointSteps(folder)).includes(state.step), `step ${state.step}`);
    for (const [name, { shape, data }] of weights)
      sound(data().length === shape.reduce((a, b) => a * b, 1), `${name} does not fit`);
  },
};

const configs: Format = {
  name: 'config',
  seeds: async () => {
    const own = {
      extends: 'base.json',
      data: { source: 'strokes', options: {} },
      length: { steps: 10 },
      optimiser: { networks: { E: { schedule: 'constant' } } },
    };
    const base = { extends: 'dali', batch: 8, seed: 3, architecture: { options: { width: 4 } } };
    return [
      treeOf({ 'own.json': JSON.stringify(own), 'base.json': JSON.stringify(base) }),
      treeOf({ 'own.json': JSON.stringify(config), 'base.json': '{}' }),
    ];
  },
  async read(folder) {
    const resolved = await trainConfig(join(folder, 'own.json'), { set: [] });
    sound(design(resolved).networks.size > 0, 'no networks');
  },
};

export const runs: readonly Format[] = [run, logs, checkpoints, configs];
