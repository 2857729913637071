/** The benchmarks' arithmetic, their peers' absence, and their table. Speeds are not tested. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { residentLine } from './encode-memory.js';
import { benches } from './index.js';
import { waitLine } from './input.js';
import { besideLines, pixelLine } from './loaders.js';
import { moreLine } from './loading-memory.js';
import { watchOthers } from './machine.js';
import { memorySummary, type Sample } from './memory.js';
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

test("a side's lines are told as they come; one that takes too long is ended", async () => {
  const lines: string[] = [];
  const script = `console.log('one'); console.log('two'); console.log('{"what":"x","images_per_second":1,"cpu_seconds":0}')`;
  await runSide([process.execPath, '-e', script], { onLine: (line) => lines.push(line) });
  expect(lines.slice(0, 2)).toEqual(['one', 'two']);
  const endless = runSide([process.execPath, '-e', 'setInterval(() => {}, 1000)'], { mostSeconds: 0.5 });
  await expect(endless).rejects.toThrow(/was still at it after 0.5 s$/);
});

test('what memory samples say', () => {
  const sample = (step: number, resident: number, tensors = 165): Sample => ({ step, resident, heap: 1, tensors });
  const steady = [sample(1000, 900e6), sample(2000, 950e6), sample(3000, 918e6)];
  expect(memorySummary(steady, 1100e6)).toEqual([
    'resident memory grew by 2.00 % from step 1000 to step 3000 (under 3 %: met)',
    'peak 1100.0 MB (at most 1200.0 MB: met)',
    '165 tensors at every sample',
  ]);
  const growing = memorySummary([sample(1, 900e6), sample(2, 990e6, 170)], 1201e6);
  expect(growing[0]).toContain('10.00 % from step 1 to step 2 (under 3 %: NOT met)');
  expect(growing[1]).toContain('NOT met');
  expect(growing[2]).toBe('the number of tensors is NOT constant: 165 to 170');
  expect(memorySummary([sample(1, 900e6)], 0)[0]).toContain('too few samples');
});

test('what samples of resident memory say', () => {
  const rising = Array.from({ length: 20 }, (_, i) => (i < 10 ? 100e6 + i * 20e6 : 300e6));
  expect(residentLine(rising, 310e6)).toBe(
    'resident 300 MB half way, 300 MB at the end: grew by 0.0 % (under 10 %: met); peak 310 MB (under 600 MB: met)',
  );
  const growing = Array.from({ length: 20 }, (_, i) => (i + 1) * 40e6);
  expect(residentLine(growing, 800e6)).toMatch(/grew by 69.6 % \(under 10 %: NOT met\); peak 800 MB .*NOT met/);
  expect(residentLine([1e6], 1e6)).toContain('grew by 0.0 %');
});

test('what runs say of waiting for data', () => {
  expect(waitLine('PNG folder', [0.01, 0.06, 0.02], [100, 300, 200], 0.5)).toBe(
    "PNG folder: waits 2.00 % of the steps' time, median of 3, most 6.00 % (under 5 %: met); 200.0 images/s; others up to 50 %",
  );
  expect(waitLine('x', [0.05], [1], 0)).toContain('NOT met');
});

test('a bench that is told to end ends its side too', async () => {
  const side = new URL('../dist/bench/side.js', import.meta.url).href;
  const script = `
    const { runSide, endSidesOnSignals } = await import('${side}');
    endSidesOnSignals();
    const wait = 'console.log(process.pid); setInterval(() => {}, 1000)';
    const onLine = (pid) => console.log(pid);
    await runSide([process.execPath, '-e', wait], { onLine }).catch((error) => console.log(error.message));
    await runSide([process.execPath, '-e', wait]).catch((error) => console.log(error.message));`;
  const bench = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: bench.stdout })) {
    lines.push(line);
    if (lines.length === 1) bench.kill('SIGTERM');
  }
  expect(lines.slice(1)).toEqual(['interrupted by SIGTERM', 'interrupted by SIGTERM']);
  expect(() => process.kill(Number(lines[0]), 0)).toThrow('ESRCH');
});

test("two sides' pixels are compared, and refused where they are too far apart", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  expect(pixelLine(bytes(1, 255), bytes(1, 255), 2, 0)).toBe('pixels of 2 images: the same');
  expect(pixelLine(bytes(1, 2, 3, 4), bytes(1, 2, 5, 4), 1, 3)).toBe(
    'pixels of 1 images: within 2 of 255, 25 % of them not equal',
  );
  expect(() => pixelLine(bytes(1, 2), bytes(1, 3), 1, 0)).toThrow('differs by 1 of 255');
  expect(() => pixelLine(bytes(1), bytes(1, 2), 1, 3)).toThrow('1 and 2 bytes');
});

test('what loaders say beside their rates', () => {
  const loaded = (from_start: number, cpu_per_image: number) => ({ ...speed(1), images: 1, from_start, cpu_per_image });
  const pairs = [
    { alix: loaded(30, 2e-6), peer: loaded(10, 1e-6) },
    { alix: loaded(20, 4e-6), peer: loaded(40, 1e-6) },
    { alix: loaded(10, 3e-6), peer: loaded(10, 5e-6) },
  ];
  expect(besideLines(pairs)).toEqual([
    'opening and first pass: alix 20.0, peer 10.0 images/s; median ratio 1.000',
    'CPU per image, all threads: alix 3.0 us, peer 1.0 us',
  ]);
});

test('what runs from many files need more than on a few images: the most of the former, the least of the latter', () => {
  const few = [
    { peak: 500e6, first: 2 },
    { peak: 520e6, first: 4 },
  ];
  expect(moreLine('tar', [{ peak: 1100e6, first: 5 }], few)).toBe(
    'tar: peak 1100 MB, 600 MB more than on a few images (at most 600 MB: met); first step after 5.0 s, on a few images 3.0 s',
  );
  expect(
    moreLine(
      'tar',
      [
        { peak: 700e6, first: 5 },
        { peak: 1101e6, first: 5 },
      ],
      few,
    ),
  ).toContain('601 MB more than');
  expect(moreLine('tar', [{ peak: 1101e6, first: 5 }], few)).toContain('NOT met');
});
