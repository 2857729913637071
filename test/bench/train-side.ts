/** alix's side of the training benchmark: steps of a case for some seconds, then one JSON line. */
import { parseArgs } from 'node:util';
import { cost } from '@alix/train/cost';
import { caseOf } from './training/cases.js';
import { stepper } from './training/stepper.js';

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'mnist' },
    preset: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
  },
});
const { config, threads, system, oneStep, warmUp } = await stepper(caseOf(values.case), {
  threads: Number(values.threads),
  preset: values.preset,
});
const { flopsPerStep } = await cost(system.design, config.batch);
warmUp();
const start = performance.now();
let steps = 0;
let seconds = 0;
while (seconds < Number(values.seconds)) {
  oneStep();
  steps += 1;
  seconds = (performance.now() - start) / 1000;
}
const { user, system: kernel } = process.cpuUsage();
const { name, preset } = config.objective;
console.log(
  JSON.stringify({
    what: `alix ${name} ${system.design.config.objective.preset || preset}`,
    images_per_second: (steps * config.batch) / seconds,
    cpu_seconds: (user + kernel) / 1e6,
    steps,
    threads,
    batch: config.batch,
    flops_per_step: flopsPerStep,
    parameters: Object.fromEntries(
      [...system.design.networks].map(([key, { parameterCount }]) => [key, parameterCount]),
    ),
  }),
);
