/** What happens before `npm test` on machines that can and cannot train. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { provisionForTests } from '../provision.js';
import { fakeMachine } from '../train/tensorflow/fake-machine.js';

const parent = temporaryFolder();

/** A machine where TensorFlow loads once its addon is linked. */
function bare() {
  const machine = fakeMachine(parent);
  const tryLoad = async () =>
    existsSync(machine.link)
      ? ({ ok: true, version: 'fake', gpu: false, milliseconds: 1 } as const)
      : ({ ok: false, reason: 'not set up' } as const);
  return { machine, host: machine.host({ tryLoad }) };
}

test('a bare machine is set up, with one line; the next time there is nothing to do or say', async () => {
  const { machine, host } = bare();
  const said: string[] = [];
  expect(await provisionForTests(host, true, (line) => said.push(line))).toBe(true);
  expect(said).toEqual([expect.stringContaining('setting up TensorFlow')]);
  expect(await provisionForTests(host, true, (line) => said.push(line))).toBe(true);
  expect(said).toHaveLength(1);
  expect(machine.calls().filter(({ program }) => program === 'pip')).toHaveLength(1);
});

test.each([
  ['python3', 'pip'],
  ['g++', 'C++ compiler'],
])('without %s the tests go on with a notice, and fail in CI', async (program, name) => {
  const { machine, host } = bare();
  rmSync(join(machine.bin, program));
  const said: string[] = [];
  expect(await provisionForTests(host, false, (line) => said.push(line))).toBe(true);
  expect(await provisionForTests(host, true, (line) => said.push(line))).toBe(false);
  expect(said[0]).toMatch(new RegExp(`^the tests that train are skipped: .*${name.replaceAll('+', '\\+')}`));
  expect(said[1]).toMatch(/^TensorFlow could not be set up/);
});

test('a download that fails is a failure everywhere', async () => {
  const { machine, host } = bare();
  machine.setPip('network');
  expect(await provisionForTests(host, false, () => {})).toBe(false);
});
