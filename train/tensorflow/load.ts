/** Loads TensorFlow through tfjs-node, once per process, with its settings made first and its chatter kept down. */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import type { NodeBackend } from './backend.js';
import { addonLink, tfjsNodeFolder } from './link.js';
import { PRELUDE_FILE } from './prelude.js';

export type { NodeBackend, NodeBinding, OpAttribute } from './backend.js';

/** The interface of tfjs-core; the object itself has every kernel and gradient registered on TensorFlow. */
export type Tensorflow = typeof import('@tensorflow/tfjs-core');

const require = createRequire(import.meta.url);
const REMEDY = 'run `alix setup`';
/** Where the system has no more threads to give, TensorFlow ends the process. */
const MOST_THREADS = 1024;

export interface TensorflowSettings {
  /** Bounds both of its thread pools; all cores unless given. */
  readonly threads?: number;
  /** What is taken for `threads` where neither they nor TensorFlow's own variables say otherwise, and it is not loaded yet. */
  readonly usualThreads?: number | undefined;
  /** Lets oneDNN multiply float32 in bfloat16 where the processor can; see bfloat16.ts. */
  readonly bfloat16?: boolean;
}

let loaded: { tf: Tensorflow; backend: NodeBackend; threads: number | undefined; bfloat16: boolean } | undefined;

/**
 * TensorFlow, ready to use; the same object each time. Its settings can only be chosen by the first call of a process. Throws
 * AlixError 'no-tensorflow' if it is not provisioned or does not load, 'bad-threads' and 'bad-bfloat16' if it is loaded already
 * with others.
 */
export async function loadTensorflow({
  threads,
  usualThreads,
  bfloat16,
}: TensorflowSettings = {}): Promise<Tensorflow> {
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0 && threads <= MOST_THREADS)) {
    throw new AlixError('bad-threads', 'the number of threads must be a positive integer', {
      expected: `1 to ${MOST_THREADS}`,
      found: String(threads),
    });
  }
  if (loaded) {
    if (threads !== undefined && threads !== loaded.threads) {
      throw new AlixError('bad-threads', 'TensorFlow is loaded already and keeps its threads', {
        expected: String(loaded.threads ?? 'the default'),
        found: String(threads),
        remedy: 'choose the threads before anything else uses TensorFlow',
      });
    }
    if (bfloat16 !== undefined && bfloat16 !== loaded.bfloat16) {
      throw new AlixError('bad-bfloat16', 'TensorFlow is loaded already and keeps its arithmetic', {
        expected: loaded.bfloat16 ? 'bfloat16' : 'float32',
        found: bfloat16 ? 'bfloat16' : 'float32',
        remedy: 'train in a process of its own',
      });
    }
    return loaded.tf;
  }
  const folder = tfjsNodeFolder();
  if (!existsSync(addonLink(folder))) {
    throw new AlixError('no-tensorflow', 'TensorFlow, which training needs, is not set up', { remedy: REMEDY });
  }
  restoreUtil();
  const chosen = threads ?? (process.env.TF_NUM_INTRAOP_THREADS === undefined ? usualThreads : undefined);
  setEnvironment(chosen, bfloat16);
  const tf = requireTensorflow(folder);
  loaded = { tf, backend: tf.backend() as unknown as NodeBackend, threads: chosen, bfloat16: bfloat16 === true };
  return tf;
}

/** The backend, for ops that tfjs lacks. Throws AlixError 'no-tensorflow' before `loadTensorflow` has been awaited. */
export function nodeBackend(): NodeBackend {
  if (!loaded)
    throw new AlixError('no-tensorflow', 'TensorFlow is not loaded', { remedy: 'await loadTensorflow() first' });
  return loaded.backend;
}

function requireTensorflow(folder: string): Tensorflow {
  try {
    // An official install has no such file.
    const prelude = join(dirname(realpathSync(addonLink(folder))), PRELUDE_FILE);
    if (existsSync(prelude)) require(prelude);
    return require(folder) as Tensorflow;
  } catch (cause) {
    throw new AlixError('no-tensorflow', 'TensorFlow does not load', {
      where: addonLink(folder),
      found: (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? '',
      remedy: `${REMEDY}, or \`alix doctor\` to see why`,
      cause,
    });
  }
}

/** Node 23 dropped two functions of `util` that tfjs-node 4.22 calls. */
function restoreUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  // assigned in any case: where Node still has it, calling it prints a deprecation warning
  util.isArray = Array.isArray;
}

/** TensorFlow reads these once, while it loads. What the user has set stays, except for what was asked for. */
function setEnvironment(threads: number | undefined, bfloat16: boolean | undefined): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (bfloat16) process.env.TF_SET_ONEDNN_FPMATH_MODE = 'BF16';
  if (threads === undefined) return;
  for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'OMP_NUM_THREADS']) {
    process.env[name] = String(threads);
  }
}
