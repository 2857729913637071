/** Loads TensorFlow in a child process, where a crash or a wrong library harms nobody. This file is also that child. */
import { fileURLToPath } from 'node:url';
import { runCommand } from './run.js';

export type LoadReport =
  | { readonly ok: true; readonly version: string; readonly gpu: boolean; readonly milliseconds: number }
  | { readonly ok: false; readonly reason: string };

/** Throws only AlixError 'interrupted'. */
export async function loadInChild(
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<LoadReport> {
  const self = fileURLToPath(import.meta.url);
  const { code, signal: killer, stdout, output } = await runCommand(process.execPath, [self], { env, signal });
  const report = stdout.split('\n').find((line) => line.startsWith('{"ok":'));
  if (report && code === 0) return JSON.parse(report) as LoadReport;
  if (killer === 'SIGILL' || /compiled to use AVX/.test(output)) {
    return { ok: false, reason: 'this processor lacks the AVX instructions that TensorFlow needs' };
  }
  const line = output.split('\n').find((candidate) => /error|cannot|not found|failed/i.test(candidate)) ?? output;
  return { ok: false, reason: line.trim().split('\n', 1)[0] || `the process ended with ${killer ?? `code ${code}`}` };
}

async function main(): Promise<void> {
  const { loadTensorflow, nodeBackend } = await import('./load.js');
  let report: LoadReport;
  try {
    const start = performance.now();
    const tf = await loadTensorflow();
    const identity = tf.tidy(() =>
      tf
        .matMul(
          tf.tensor2d([
            [0, 1],
            [1, 0],
          ]),
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
        )
        .dataSync(),
    );
    if (identity.join() !== '3,4,1,2') throw new Error(`a product of matrices is wrong: ${identity.join()}`);
    const { binding, isUsingGpuDevice } = nodeBackend();
    const milliseconds = Math.round(performance.now() - start);
    report = { ok: true, version: binding.TF_Version, gpu: isUsingGpuDevice, milliseconds };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = cause instanceof Error ? cause.message : String(cause);
    report = { ok: false, reason: message.split('\n', 1)[0] ?? '' };
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
