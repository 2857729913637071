/** The benchmarks' arithmetic, their peers' absence, and their table. Speeds are not tested. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { benches } from './index.js';
import { watchOthers } from './machine.js';
import { median, runPairs, summary } from './pairs.js';
import { findPython } from './python.js';
import { type Measured, runSide } from './side.js';

const speed = (images_per_second: number, others = 0): Measured => ({
  what: 'x',
  images_per_second,
  cpu_seconds: 1,
  wall: 1,
  others,
});

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('pairs: the ratio is taken pair by pair, and the sides take turns at starting', async () => {
  const order: string[] = [];
  const printed: string[] = [];
  // pairs (10, 20), (40, 20), (90, 30): ratios 0.5, 2, 3
  const alix = [10, 40, 90];
  const peer = [20, 20, 30];
  const take = (name: string, from: number[]) => async () => {
    order.push(name);
    return speed(from.shift() ?? Number.NaN);
  };
  const pairs = await runPairs(3, take('alix', alix), take('peer', peer), (line) => printed.push(line));
  expect(order).toEqual(['alix', 'peer', 'peer', 'alix', 'alix', 'peer']);
  expect(pairs.map(({ alix, peer }) => [alix.images_per_second, peer.images_per_second])).toEqual([
    [10, 20],
    [40, 20],
    [90, 30],
  ]);
  expect(printed).toHaveLength(5);
  expect(printed.at(-1)).toBe('median of 3: alix 40.0, peer 20.0 images/s; median ratio 2.000');
});

test('a busy machine is said to be one', () => {
  expect(summary([{ alix: speed(1), peer: speed(1, 0.09) }]).join()).not.toContain('busy');
  expect(summary([{ alix: speed(1), peer: speed(1, 0.4) }])[0]).toContain('the machine was busy (others up to 40 %)');
});

test('what this process burns is counted as its own', () => {
  const end = watchOthers();
  const start = process.cpuUsage();
  const until = performance.now() + 300;
  while (performance.now() < until);
  const { user, system } = process.cpuUsage(start);
  const own = (user + system) / 1e6;
  const [all, rest] = [end(0), end(own)];
  expect(all).toBeGreaterThan(rest);
  expect(rest).toBeGreaterThanOrEqual(0);
  expect(all).toBeLessThanOrEqual(1);
});

test('a side gives what it printed last; one that fails is an error of one line', async () => {
  const node = (script: string) => runSide([process.execPath, '-e', script]);
  const report = { what: 'x', images_per_second: 2, cpu_seconds: 0.1 };
  expect(await node(`console.log('words'); console.log('${JSON.stringify(report)}')`)).toMatchObject(report);
  await expect(node('console.error("a\\nthe reason"); process.exit(3)')).rejects.toThrow(/failed: the reason$/);
  await expect(runSide(['no-such-program-at-all'])).rejects.toThrow(/cannot be started/);
});

test('a missing Python, and one without the modules, are said in one line', () => {
  expect(() => findPython(['json'], 'no-such-python')).toThrow(/^the peer's Python cannot be started.*ALIX_PYTHON/);
});

test('npm run bench lists the table; an unknown name is an error', () => {
  const main = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  for (const { status, stdout } of [run(), run('no-such-bench')])
    for (const { name } of benches) expect([status, stdout]).toEqual([status, expect.stringContaining(`  ${name} `)]);
  expect(run().status).toBe(0);
  expect(run('no-such-bench')).toMatchObject({ status: 2, stderr: 'there is no benchmark called "no-such-bench"\n' });
  expect(run('train', '--pairs', '0')).toMatchObject({
    status: 1,
    stderr: 'bench train: --pairs needs a number above 0, not "0"\n',
  });
});
