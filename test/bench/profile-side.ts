/** The profile's child: a case's steps timed, then recorded, then their kernels alone; one JSON line. */
import { parseArgs } from 'node:util';
import { cost } from '@alix/train/cost';
import { nodeBackend } from '@alix/train/tensorflow/load';
import { median } from './pairs.js';
import { caseOf } from './training/cases.js';
import { describe, kernelsOf, timeAlone } from './training/kernels.js';
import { matmulPeak } from './training/peak.js';
import type { Part, Profile } from './training/profile.js';
import { type OpCall, Recorder } from './training/recorder.js';
import { stepper } from './training/stepper.js';

const WARM_UP = 5;
/** Steps that are recorded: enough to see each op's usual time. */
const RECORDED = 10;

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'mnist' },
    preset: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
  },
});
const threads = Number(values.threads);
let recorder: Recorder | undefined;
const { oneStep, design, config, noise } = await stepper(caseOf(values.case), {
  threads,
  preset: values.preset,
  onBackend: (backend) => {
    recorder = new Recorder(backend);
  },
});
const watch = recorder as Recorder;
const { flopsPerStep } = await cost(design, config.batch);

for (let i = 0; i < WARM_UP; i++) oneStep();
const constants = nodeBackend().binding;
const before = matmulPeak(watch.binding, constants);
const times: number[] = [];
const started = performance.now();
do {
  const start = performance.now();
  oneStep();
  times.push(performance.now() - start);
} while (performance.now() - started < 1000 * Number(values.seconds));

const noiseBefore = { ...noise };
watch.start();
const recordingStarted = performance.now();
for (let i = 0; i < RECORDED; i++) oneStep();
const recordedMs = (performance.now() - recordingStarted) / RECORDED;
const { calls, transfers, tensorsMore } = watch.stop();

const kernels = kernelsOf(calls, RECORDED).map(({ call, count, flops, msInStep }) => {
  return { name: describe(call), count, flops, msInStep, msAlone: timeAlone(watch.binding, call) };
});
const after = matmulPeak(watch.binding, constants);

const profile: Profile = {
  batch: config.batch,
  threads,
  stepMs: median(times),
  flopsPerStep,
  peaks: [before, after],
  kernels,
  ops: byOp(calls),
  others: [
    ...Object.entries(transfers).map(([name, { count, ms }]) => part(name, count, ms)),
    part("noise (JavaScript's generator)", noise.count - noiseBefore.count, noise.ms - noiseBefore.ms),
  ],
  recordedMs,
  tensorsMade: transfers.createTensor.count / RECORDED + calls.reduce((n, c) => n + c.outputs.length, 0) / RECORDED,
  tensorsMore,
};
console.log(JSON.stringify({ what: 'alix', images_per_second: 0, cpu_seconds: 0, profile }));

function part(name: string, count: number, ms: number): Part {
  return { name, count: count / RECORDED, ms: ms / RECORDED };
}

function byOp(all: readonly OpCall[]): Part[] {
  const names = new Map<string, { count: number; ms: number }>();
  for (const { op, ms } of all) {
    const sum = names.get(op) ?? { count: 0, ms: 0 };
    names.set(op, { count: sum.count + 1, ms: sum.ms + ms });
  }
  return [...names].map(([name, { count, ms }]) => part(name, count, ms));
}
