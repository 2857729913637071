/** The Node door: models from folders, on onnxruntime-node. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import { openBundle } from './folder.js';
import { AlixError } from './io/errors.js';
import { Model } from './model.js';
import { openSession } from './onnx-session.js';
import { choosePrecision, type Precision } from './precision.js';
import type { Runtime } from './runtime.js';

export { type Bundle, encoderOf, type GraphName, imageOf, latentOf } from './bundle.js';
export { openBundle } from './folder.js';
export { AlixError } from './io/errors.js';
export { type BundleFiles, Model, type OpenBundle } from './model.js';
export { goldenOf, type Precision, precisions, precisionsOf } from './precision.js';
export type { Runtime } from './runtime.js';
export * from './verbs.js';

export const devices = ['auto', 'cpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** ONNX Runtime starts as many as it is told, until the machine has no memory left. */
const MAX_THREADS = 1024;

export interface LoadOptions {
  /** 'auto' takes CUDA where it works and the CPU elsewhere; a device asked for by name and missing is an error. */
  readonly device?: Device | undefined;
  /** Threads of one run on the CPU, at most 1024; by default as many as there are cores. */
  readonly threads?: number | undefined;
  /** What the weights are stored in: the bundle's own unless given; one that the bundle lacks is an error. */
  readonly precision?: Precision | undefined;
}

/**
 * Loads the model bundle in a folder. Every file that its model.json names is checked (size and sha256); the graphs are
 * opened when a verb first needs them.
 *
 * ```ts
 * const model = await loadModel('models/mnist-dali', { device: 'cpu' });
 * ```
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new', 'no-device', 'no-runtime', 'no-precision', 'bad-option'
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  const open = await openBundle(path);
  const precision = choosePrecision(open.bundle, options.precision);
  return new Model(open, await nodeRuntime(options), precision);
}

/**
 * ONNX Runtime on a device of this machine.
 *
 * @throws AlixError 'no-device' naming what to install; 'no-runtime' where onnxruntime-node does not load
 */
export async function nodeRuntime({ device = 'auto', threads }: LoadOptions = {}): Promise<Runtime> {
  if (!devices.includes(device))
    throw new AlixError('bad-option', 'no such device', { expected: devices.join(', '), found: `${device}` });
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS))
    throw new AlixError('bad-option', `threads is a whole number from 1 to ${MAX_THREADS}`, { found: `${threads}` });
  const ort = await loadOrt();
  if (device === 'cpu') return runtimeOn(ort, 'cpu', threads);
  const problem = await cudaProblem(ort);
  if (problem && device === 'cuda') throw problem;
  return runtimeOn(ort, problem ? 'cpu' : 'cuda', threads);
}

type Ort = typeof import('onnxruntime-node');

async function loadOrt(): Promise<Ort> {
  try {
    const ort = (await import('onnxruntime-node')).default;
    // its native errors are thrown too; printing them as well would break the one line that a user reads
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (cause) {
    throw new AlixError('no-runtime', `onnxruntime-node does not load: ${reason(cause)}`, {
      found: `${process.platform} ${process.arch}`,
      remedy: 'reinstall it with `npm install onnxruntime-node`; on Linux it needs glibc (not Alpine)',
      cause,
    });
  }
}

function runtimeOn(ort: Ort, device: 'cpu' | 'cuda', threads: number | undefined): Runtime {
  const options: InferenceSession.SessionOptions = {
    executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    logSeverityLevel: 4,
    // a graph may name files beside it for its weights, whose checksums nobody knows; below a file there are none
    extra: { session: { model_external_initializers_file_folder_path: process.execPath } },
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
  return {
    name: device,
    async createSession(bytes, what) {
      try {
        return await openSession(ort, bytes, options);
      } catch (cause) {
        throw new AlixError('bad-graph', `ONNX Runtime refuses this graph: ${reason(cause)}`, {
          where: what,
          remedy: 'export the model again',
          cause,
        });
      }
    },
  };
}

/** An ONNX graph of one Identity node: enough to make a provider start. */
const PROBE = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=';

/** Why CUDA cannot be used here, or undefined when it can. */
async function cudaProblem(ort: Ort): Promise<AlixError | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return new AlixError('no-device', 'the device "cuda" needs Linux on x64', { remedy: 'use --device cpu' });
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const install = `run \`node ${join(home, 'script', 'install.js')} --onnxruntime-node-install=cuda12\``;
  if (!existsSync(join(home, 'bin', 'napi-v6', 'linux', 'x64', 'libonnxruntime_providers_cuda.so')))
    return new AlixError('no-device', 'the device "cuda" is not installed: ONNX Runtime lacks its CUDA provider', {
      remedy: `${install}, with CUDA 12 and cuDNN 9 on the machine; or use --device cpu`,
    });
  try {
    const probe = await ort.InferenceSession.create(Buffer.from(PROBE, 'base64'), {
      executionProviders: ['cuda'],
      logSeverityLevel: 4,
    });
    await probe.release();
    return undefined;
  } catch (cause) {
    return new AlixError('no-device', `the device "cuda" does not start: ${reason(cause)}`, {
      remedy: 'install an NVIDIA driver, CUDA 12 and cuDNN 9, or use --device cpu',
      cause,
    });
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.trim().slice(0, 300);
}
