/** alix eval --run: numbers of a run's checkpoints, whose graphs are made without TensorFlow, and never those of another run. */
import { existsSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { beforeAll, expect, test } from 'vitest';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { writeRandomRun } from '../fixtures/random-run.js';
import { loadsSomething } from '../fixtures/self-contained.js';

const cwd = temporaryFolder();
// the user's cache stays out of it
process.env.ALIX_CACHE = join(cwd, 'cache');
const n = 20;
const steps = [5, 40, 200];
writeFileSync(join(cwd, 'data'), encodeIdx({ shape: [n, 28, 28], data: noise(n * 784) }));
let made: Awaited<ReturnType<typeof writeRandomRun>>;
beforeAll(async () => {
  made = await writeRandomRun(cwd, { steps, own: 40 });
});
const run = (output: string, ...args: string[]) =>
  inside(['eval', made.model, '--data', 'data', '--metrics', 'mse', '--no-cache', '-o', output, ...args], cwd);
const report = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'report.json'), 'utf8'));

test('each checkpoint has its point; that of the model itself is its own number', async () => {
  const { code, stderr } = await run('out', '--run', made.run, '--extractor', made.model);
  expect([code, stderr]).toEqual([0, expect.stringContaining('report.html')]);
  const { curves, metrics, model } = report('out');
  expect(curves.n).toBe(n);
  expect(curves.points.map(({ step }: { step: number }) => step)).toEqual(steps);
  const values = curves.points.map((point: { values: { mse: { value: number } } }) => point.values.mse.value);
  expect(values[1]).toBe(metrics.mse.mean);
  expect(new Set(values).size).toBe(3);
  expect(curves.points[1].values.mse.interval).toMatchObject({ low: metrics.mse.interval.low });
  expect(curves.samples).toBe(n);
  for (const { values: found } of curves.points) expect(found['samples.fd'].value).toBeGreaterThan(0);
  expect(model.run).toMatch(/^[0-9a-f]{64}$/);
  const page = readFileSync(join(cwd, 'out/report.html'), 'utf8');
  expect(page).toContain('Over the run');
  expect(loadsSomething(page)).toEqual([]);
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['pictures', 'report.html', 'report.json']);
});

test("under a tool's conventions curves are of what it has; a tool that has nothing of them is refused", async () => {
  const all = ['eval', made.model, '--data', 'data', '--no-cache', '--run', made.run, '--extractor', made.model];
  const of = (tool: string) =>
    inside([...all, '-o', tool, '--compat', tool, '--metrics', tool === 'prdc' ? 'prdc' : 'fd'], cwd);
  const { code } = await of('clean-fid');
  expect(code).toBe(0);
  for (const { values } of report('clean-fid').curves.points)
    expect(Object.keys(values)).toEqual(['reconstructions.fd', 'samples.fd']);
  const refused = await of('prdc');
  expect([refused.code, existsSync(join(cwd, 'prdc'))]).toEqual([2, false]);
  expect(refused.stderr).toContain('curves are of mse and of fd, and prdc with these options has neither');
});

test('of the first images alone; a damaged checkpoint is told and passed over', async () => {
  const weights = join(made.run, 'checkpoint-200/weights.safetensors');
  const whole = readFileSync(weights);
  truncateSync(weights, 100);
  const { code, stderr } = await run('few', '--run', made.run, '--curve-n', '6');
  writeFileSync(weights, whole);
  expect(code).toBe(0);
  expect(stderr).toContain('the checkpoint of step 200 is passed over');
  const { curves } = report('few');
  expect([curves.n, curves.points.length]).toEqual([6, 2]);
});

test.each<[string, () => Promise<string>, string]>([
  ['no run', async () => 'nowhere', 'no run here'],
  [
    'a run of other settings',
    async () => (await writeRandomRun(cwd, { steps: [3], own: 3, seed: 2 })).run,
    'not exported from this run',
  ],
  [
    'other weights at the step of the model',
    async () => {
      const state = readFileSync(join(made.run, 'checkpoint-40/state.json'));
      const [own, other] = [join(made.run, 'checkpoint-40'), join(made.run, 'checkpoint-5')];
      renameSync(own, join(cwd, 'aside'));
      renameSync(other, own);
      // the state says of which step it is
      const text = readFileSync(join(own, 'state.json'), 'utf8');
      const { stateSha256: _, ...rest } = JSON.parse(text);
      writeFileSync(join(own, 'state.json'), JSON.stringify({ ...rest, step: JSON.parse(`${state}`).step }));
      return made.run;
    },
    'not exported from this run',
  ],
])('%s: one line, and no folder is left', async (_, folder, words) => {
  const { code, stdout, stderr } = await run('bad', '--run', await folder());
  expect([code === 0, stdout, existsSync(join(cwd, 'bad'))]).toEqual([false, '', false]);
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/alix: [^\n]+\n$/);
});
