/** alix's side of the training benchmark: steps for some seconds, then one JSON line. */
import { parseArgs } from 'node:util';
import { createRandom } from '@alix/infer/io/random';
import { recipes, resolveConfig } from '@alix/train';
import { loadTensorflow } from '@alix/train/tensorflow/load';

const WARM_UP = 5;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, threads: { type: 'string', default: '2' } },
});
const tf = await loadTensorflow({ threads: Number(values.threads) });
const [{ System }, { Adam }, { step }] = await Promise.all([
  import('@alix/train/system'),
  import('@alix/train/tensorflow/adam'),
  import('@alix/train/step'),
]);

const config = resolveConfig([{ from: 'recipe', config: recipes['dali-mnist']?.config }]);
const { batch, optimiser, batchNormMomentum } = config;
const system = new System(config);
const random = createRandom(config.seed);
const context = {
  system,
  adam: new Adam(system.store),
  random,
  batchNormMomentum,
  moment: { epoch: 1, epochs: 1 },
  settings: () => optimiser,
};
const [height, width, channels] = [28, 28, 1];
const x = tf.tensor(random.uniform(batch * height * width * channels), [batch, height, width, channels]);

for (let i = 0; i < WARM_UP; i++) step(context, () => ({ x: tf.clone(x) }));
const start = performance.now();
let steps = 0;
let seconds = 0;
while (seconds < Number(values.seconds)) {
  step(context, () => ({ x: tf.clone(x) }));
  steps += 1;
  seconds = (performance.now() - start) / 1000;
}
const { user, system: kernel } = process.cpuUsage();
console.log(
  JSON.stringify({
    what: 'alix',
    images_per_second: (steps * batch) / seconds,
    cpu_seconds: (user + kernel) / 1e6,
    steps,
    threads: Number(values.threads),
  }),
);
