/**
 * A real run in a process of its own: a recipe from data to checkpoints, as `alix train` runs it. Prints a JSON line for every so
 * many steps, with the memory then, and a last one when it ends.
 */
import { parseArgs } from 'node:util';
import { parseAssignment, recipes, resolveConfig, runTraining } from '@alix/train';
import { nodeBackend } from '@alix/train/tensorflow/load';
import { peakResident } from './resident.js';

const { values } = parseArgs({
  options: {
    recipe: { type: 'string', default: 'dali-mnist' },
    folder: { type: 'string', default: '' },
    steps: { type: 'string', default: '100' },
    every: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const config = resolveConfig([
  { from: 'recipe', config: recipes[values.recipe]?.config },
  ...values.set.map((text) => ({ from: '--set', config: parseAssignment(text) })),
  // epochs would end some runs before the steps do
  { from: '--steps', config: { length: { steps: Number(values.steps), epochs: undefined } } },
]);
try {
  const result = await runTraining({
    config,
    folder: values.folder,
    threads: Number(values.threads),
    onProgress({ step }) {
      if (step % Number(values.every) !== 0) return;
      // resident memory before and after nothing: garbage is collected when V8 wants to, as in a user's run
      const memory = process.memoryUsage();
      const sample = {
        step,
        resident: memory.rss,
        heap: memory.heapUsed,
        tensors: nodeBackend().binding.getNumOfTensors(),
      };
      console.log(JSON.stringify(sample));
    },
  });
  const { user, system } = process.cpuUsage();
  console.log(
    JSON.stringify({
      what: `alix ${values.recipe}`,
      images_per_second: result.imagesPerSecond,
      cpu_seconds: (user + system) / 1e6,
      data_wait: result.dataWait,
      peak: peakResident(),
    }),
  );
} catch (error) {
  console.error((error as Error).message.split('\n', 1)[0]);
  process.exitCode = 1;
}
