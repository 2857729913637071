/**
 * Runs before the tests: sets TensorFlow up where that is possible, so that `npm ci && npm test` on a bare machine tests
 * training too. Where pip or a compiler is missing, one line says so and the tests that train are skipped; in CI it fails.
 */
import { AlixError } from '@alix/infer/io/errors';
import { thisHost } from '@alix/train/tensorflow/host';
import { provisionTensorflow } from '@alix/train/tensorflow/provision';

/** What a machine may lack without being broken. Anything else that goes wrong is a failure. */
const LACKING = new Set(['no-pip', 'no-compiler', 'unsupported-platform']);

/** A build that works stays, also a CUDA one. */
async function provision(): Promise<void> {
  if ((await thisHost().tryLoad()).ok) return;
  let announced = false;
  const announce = () => {
    if (!announced)
      console.error('setting up TensorFlow for the tests that train: a download of 270 MB, once per user');
    announced = true;
  };
  await provisionTensorflow({ device: 'cpu', onMessage: (line) => console.error(line), onProgress: announce });
}

try {
  await provision();
} catch (error) {
  if (!(error instanceof AlixError)) throw error;
  if (LACKING.has(error.code) && process.env.CI !== 'true') {
    console.error(`the tests that train are skipped: ${error.message}`);
  } else {
    console.error(`TensorFlow could not be set up for the tests: ${error.message}`);
    process.exitCode = 1;
  }
}
