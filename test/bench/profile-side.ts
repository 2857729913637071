/**
 * The profile's child: a case's steps recorded, then steps and their kernels alone in turns, so that a machine that grows slower
 * does so for both. One JSON line.
 */
import { parseArgs } from 'node:util';
import { cost } from '@alix/train/cost';
import { nodeBackend } from '@alix/train/tensorflow/load';
import { median } from './pairs.js';
import { caseOf } from './training/cases.js';
import { describe, kernelsOf, timesAlone } from './training/kernels.js';
import { timed } from './training/noise.js';
import { matmulPeak } from './training/peak.js';
import type { Part, Profile } from './training/profile.js';
import { type OpCall, Recorder } from './training/recorder.js';
import { stepper } from './training/stepper.js';

/** Steps that are recorded: enough to see each op's usual time, fewer where they take long. */
const RECORDED = 10;
const RECORDED_SECONDS = 10;
/** Turns of steps and kernels. */
const ROUNDS = 5;

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'mnist' },
    preset: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
  },
});
const noise = { ms: 0, count: 0 };
let recorder: Recorder | undefined;
const { oneStep, warmUp, system, config, threads } = await stepper(caseOf(values.case), {
  threads: Number(values.threads),
  preset: values.preset,
  onBackend: (backend) => {
    recorder = new Recorder(backend);
  },
  noise: (random) => timed(random, noise),
});
const watch = recorder as Recorder;
const { flopsPerStep } = await cost(system.design, config.batch);
warmUp();
const constants = nodeBackend().binding;
const before = matmulPeak(watch.binding, constants);

Object.assign(noise, { ms: 0, count: 0 });
watch.start();
let recorded = 0;
const began = performance.now();
while (recorded < RECORDED && performance.now() - began < 1000 * RECORDED_SECONDS) {
  oneStep();
  recorded += 1;
}
const recordedMs = (performance.now() - began) / recorded;
const { calls, transfers, tensorsMore } = watch.stop();
const spentOnNoise = part("noise (JavaScript's generator)", noise.count, noise.ms);

const kernels = kernelsOf(calls, recorded);
const alone = kernels.map((): number[] => []);
const times: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  do times.push(timeOf(oneStep));
  while (performance.now() - start < (1000 * Number(values.seconds)) / ROUNDS);
  for (const [i, { call }] of kernels.entries()) alone[i]?.push(median(timesAlone(watch.binding, call)));
}

const profile: Profile = {
  batch: config.batch,
  threads,
  stepMs: median(times),
  flopsPerStep,
  peaks: [before, matmulPeak(watch.binding, constants)],
  kernels: kernels.map(({ call, count, flops, msInStep }, i) => {
    return { name: describe(call), count, flops, msInStep, msAlone: median(alone[i] ?? []) };
  }),
  ops: byOp(calls),
  others: [...Object.entries(transfers).map(([name, { count, ms }]) => part(name, count, ms)), spentOnNoise],
  recordedMs,
  tensorsMade: (transfers.createTensor.count + calls.reduce((n, { outputs }) => n + outputs.length, 0)) / recorded,
  tensorsMore,
};
const { user, system: kernel } = process.cpuUsage();
console.log(JSON.stringify({ what: 'alix', images_per_second: 0, cpu_seconds: (user + kernel) / 1e6, profile }));

function timeOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function part(name: string, count: number, ms: number): Part {
  return { name, count: count / recorded, ms: ms / recorded };
}

function byOp(all: readonly OpCall[]): Part[] {
  const names = new Map<string, { count: number; ms: number }>();
  for (const { op, ms } of all) {
    const sum = names.get(op) ?? { count: 0, ms: 0 };
    names.set(op, { count: sum.count + 1, ms: sum.ms + ms });
  }
  return [...names].map(([name, { count, ms }]) => part(name, count, ms));
}
