import { checkRunning, nodeCheck } from 'alix/dist/checks.js';
import { doctor, section } from 'alix/dist/commands/doctor.js';
import { runProgram } from 'alix/dist/program.js';
import { expect, test } from 'vitest';

test.each([
  ['18.20.0', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.1.0', true],
  ['26.0.0', true],
])('Node %s: %s', (version, ok) => {
  expect(nodeCheck(version).ok).toBe(ok);
  expect(nodeCheck(version).remedy === undefined).toBe(ok);
});

test('running models needs Node and the CPU runtime, and no more', async () => {
  const { works, rows } = await checkRunning();
  expect(works).toBe(true);
  expect(rows.find(({ name }) => name === 'ONNX Runtime cpu')?.detail).toMatch(/works; version \d+\.\d+\.\d+ with cpu/);
  expect((await checkRunning('16.0.0')).works).toBe(false);
});

test('a section lines up its names and shows remedies', () => {
  const rows = [
    { name: 'pip', ok: true, detail: '26.3' },
    { name: 'compiler', ok: false, detail: 'none', remedy: 'install one' },
  ];
  expect(section('Training', false, rows, 8)).toBe(
    'Training: does not work yet\n  ok  pip       26.3\n  --  compiler  none; install one',
  );
});

test('alix doctor --json is one object with both verdicts, and exits 0 where models run', async () => {
  let text = '';
  const terminal = { stdout: { write: (piece: string) => (text += piece) }, stderr: { write: () => true } };
  const code = await runProgram(['doctor', '--json'], [doctor], terminal, new AbortController().signal);
  const { running, training } = JSON.parse(text);
  expect(code).toBe(0);
  expect(running.works).toBe(true);
  expect(training.rows.map(({ name }: { name: string }) => name)).toContain('TensorFlow');
});
