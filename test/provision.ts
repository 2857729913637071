/**
 * Runs before the tests: sets TensorFlow up where that is possible, so that `npm ci && npm test` on a bare machine tests
 * training too. Where pip or a compiler is missing, one line says so and the tests that train are skipped; in CI it fails.
 */
import { fileURLToPath } from 'node:url';
import { AlixError } from '@alix/infer/io/errors';
import { type Host, thisHost } from '@alix/train/tensorflow/host';
import { provisionTensorflow } from '@alix/train/tensorflow/provision';

/** What a machine may lack without being broken. Anything else that goes wrong is a failure. */
const LACKING = new Set(['no-pip', 'no-compiler', 'unsupported-platform']);

/** Gives false if the tests must not start; what is worth a line goes to `say`. A build that works stays, also a CUDA one. */
export async function provisionForTests(host: Host, inCi: boolean, say: (line: string) => void): Promise<boolean> {
  if ((await host.tryLoad()).ok) return true;
  let announced = false;
  const announce = () => {
    if (!announced) say('setting up TensorFlow for the tests that train: a download of 270 MB, once per user');
    announced = true;
  };
  try {
    await provisionTensorflow({ device: 'cpu', onMessage: say, onProgress: announce }, host);
    return true;
  } catch (error) {
    if (!(error instanceof AlixError)) throw error;
    const skip = LACKING.has(error.code) && !inCi;
    say(
      `${skip ? 'the tests that train are skipped' : 'TensorFlow could not be set up for the tests'}: ${error.message}`,
    );
    return skip;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ready = await provisionForTests(thisHost(), process.env.CI === 'true', (line) => console.error(line));
  process.exitCode = ready ? 0 : 1;
}
