import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { type FakeMachine, fakeMachine, until } from './fake-machine.js';

const parent = temporaryFolder();
let machine: FakeMachine;

// A killed process leaves its hanging pip or compiler behind.
afterEach(() => {
  for (const { pid } of machine.calls()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
});
const started = (program: string) => until(() => machine.calls().some((call) => call.program === program));
const downloads = () => machine.calls().filter(({ program }) => program === 'pip').length;

test('of two processes one does the work and the other waits, says so, and finds it done', async () => {
  machine = fakeMachine(parent);
  machine.setPip('slow');
  const first = machine.child();
  await started('pip');
  const second = machine.child();
  const [one, two] = await Promise.all([first.ended, second.ended]);
  expect(one.trim()).toBe('provisioned');
  expect(two).toMatch(new RegExp(`^waiting for process ${first.pid} on \\S+, .*\\npresent\\n$`));
  expect(downloads()).toBe(1);
});

test.each(['hang in pip', 'hang in the compiler'])(
  'a process killed in a %s leaves nothing half-made',
  async (where) => {
    machine = fakeMachine(parent);
    if (where === 'hang in pip') machine.setPip('hang');
    else machine.setCompiler('hang');
    const child = machine.child();
    await started(where === 'hang in pip' ? 'pip' : 'compiler');
    child.kill('SIGKILL');
    await child.ended;
    expect(existsSync(machine.link)).toBe(false);
    expect(existsSync(machine.downloaded)).toBe(false);
    expect(existsSync(machine.receipt)).toBe(where === 'hang in the compiler');
    const names = existsSync(machine.tree) ? readdirSync(machine.tree) : [];
    expect(names.filter((name) => name.startsWith('addon'))).toEqual([]);

    machine.setPip('ok');
    machine.setCompiler('ok');
    expect((await machine.provision()).status).toBe('provisioned');
    expect(readFileSync(machine.link, 'utf8')).toBe('an addon');
    // What was finished is not done again.
    expect(downloads()).toBe(where === 'hang in pip' ? 2 : 1);
    expect(readdirSync(join(machine.cache, 'tensorflow')).sort()).toEqual([machine.build.name, 'wheels']);
  },
);

test('Ctrl-C ends pip, removes the lock and says interrupted', async () => {
  machine = fakeMachine(parent);
  machine.setPip('hang');
  const child = machine.child();
  await started('pip');
  child.kill('SIGINT');
  expect(await child.ended).toBe('error interrupted\n');
  expect(existsSync(join(machine.cache, 'tensorflow', 'lock'))).toBe(false);
  expect(existsSync(join(machine.cache, 'tensorflow', 'temporary'))).toBe(false);
  const pip = machine.calls()[0]?.pid ?? 0;
  await until(() => {
    try {
      process.kill(pid(pip), 0);
      return false;
    } catch {
      return true;
    }
  });
});

const pid = (value: number) => {
  expect(value).toBeGreaterThan(0);
  return value;
};
