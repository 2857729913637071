import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ProbeRow, probeTraining } from '@alix/train/tensorflow/probe';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { fakeMachine } from './fake-machine.js';

const parent = temporaryFolder();
const named = (rows: readonly ProbeRow[]) => Object.fromEntries(rows.map((row) => [row.name, row]));

test('before set-up: what is missing, each with its remedy', async () => {
  const machine = fakeMachine(parent);
  rmSync(join(machine.bin, 'python3'));
  const { tensorflow, rows } = await probeTraining(machine.host({ freeBytes: async () => 1e8 }));
  expect(tensorflow).toBe(false);
  const row = named(rows);
  expect(row.TensorFlow).toMatchObject({ ok: false, detail: 'not set up', remedy: 'run `alix setup`' });
  expect(row.pip).toMatchObject({ ok: false, remedy: expect.stringContaining('python3-pip') });
  expect(row['C++ compiler']).toEqual({ name: 'C++ compiler', ok: true, detail: 'g++' });
  expect(row.cache).toMatchObject({ ok: false, detail: expect.stringContaining('lacks 1 of 1 parts') });
  expect(row.disk).toMatchObject({ ok: false, detail: '0.1 GB free, setting up takes 0.2 GB' });
  expect(row['NVIDIA GPU']).toMatchObject({ ok: true });
});

test('after it: all is well, and a pip that went away is no fault', async () => {
  const machine = fakeMachine(parent);
  await machine.provision();
  rmSync(join(machine.bin, 'python3'));
  const { tensorflow, rows } = await probeTraining(machine.host());
  expect(tensorflow).toBe(true);
  expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  expect(named(rows).TensorFlow?.detail).toContain('on the CPU');
  expect(named(rows).pip?.detail).toContain('not needed now');
});

test('says why TensorFlow does not load, and that a GPU lies idle', async () => {
  const machine = fakeMachine(parent);
  await machine.provision();
  const broken = await probeTraining(machine.host({ tryLoad: async () => ({ ok: false, reason: 'no AVX' }) }));
  expect(broken.tensorflow).toBe(false);
  expect(named(broken.rows).TensorFlow?.detail).toBe('no AVX');
  const idle = await probeTraining(machine.host({ hasGpu: async () => true }));
  expect(idle.tensorflow).toBe(true);
  expect(named(idle.rows)['NVIDIA GPU']).toMatchObject({ ok: false, remedy: 'run `alix setup --device cuda`' });
});

test('an unsupported platform is a row, not an exception', async () => {
  const { tensorflow, rows } = await probeTraining(fakeMachine(parent).host({ platform: 'win32' }));
  expect(tensorflow).toBe(false);
  expect(named(rows)['TensorFlow build']).toMatchObject({ ok: false, remedy: expect.stringContaining('WSL') });
});
