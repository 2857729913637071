/** Small matrix products for two seconds, with a handler for SIGUSR2; says how many signals it was given. Run by signals.test.ts. */
import { loadTensorflow } from '@alix/train/tensorflow/load';

const tf = await loadTensorflow({ threads: 2 });
const { fused } = await import('@alix/train/tensorflow/ops/fused');
let taken = 0;
process.on('SIGUSR2', () => {
  taken += 1;
});
const x = tf.ones<import('@tensorflow/tfjs-core').Rank.R2>([100, 128]);
const weight = tf.ones<import('@tensorflow/tfjs-core').Rank.R2>([128, 128]);
console.log('ready');
for (const end = performance.now() + 2000; performance.now() < end; ) {
  for (let i = 0; i < 200; i++) fused.matmul(x, weight).dispose();
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify({ taken, sum: tf.sum(fused.matmul(x, weight)).dataSync()[0] }));
process.exit();
