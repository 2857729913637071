/** Whether ONNX Runtime can use CUDA here, and if not what to install. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AlixError } from '../io/errors.js';
import type { Ort } from './ort.js';

/** An ONNX graph of one Identity node: enough to make a provider start. */
const PROBE = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=';

/** The folder of ONNX Runtime's own libraries, where it looks for those of its providers. */
export function providerFolder(): string {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(home, 'bin', 'napi-v6', process.platform, process.arch);
}

/** Both are needed; the second is what the core loads first. */
const LIBRARIES = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'] as const;

/** Why CUDA cannot be used here, or undefined where a graph has run on it. */
export async function cudaProblem(ort: Ort): Promise<AlixError | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return new AlixError('no-device', 'the device "cuda" needs Linux on x64', { remedy: 'use the device "cpu"' });
  const folder = providerFolder();
  const missing = LIBRARIES.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    return new AlixError('no-device', 'the device "cuda" is not installed: ONNX Runtime lacks its CUDA provider', {
      found: `no ${missing.join(' and no ')} in ${folder}`,
      remedy: `${howToInstall(folder)}; or use the device "cpu"`,
    });
  try {
    const probe = await ort.InferenceSession.create(Buffer.from(PROBE, 'base64'), {
      executionProviders: ['cuda'],
      logSeverityLevel: 4,
    });
    try {
      await probe.run({ x: new ort.Tensor('float32', new Float32Array(1), [1]) });
    } finally {
      await probe.release();
    }
    return undefined;
  } catch (cause) {
    const lacking = await librariesLacking(join(folder, LIBRARIES[0]));
    return new AlixError('no-device', `the device "cuda" does not start: ${told(cause)}`, {
      ...(lacking.length > 0 && { found: `no ${lacking.join(', no ')}` }),
      remedy: whatToInstall(lacking),
      cause,
    });
  }
}

/** The shared libraries that a library wants and the system's loader does not find; of which ONNX Runtime says nothing. */
async function librariesLacking(library: string): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('ldd', [library], { timeout: 10_000 });
    return notFound(stdout);
  } catch {
    return [];
  }
}

/** The names in what ldd prints. */
export function notFound(printed: string): readonly string[] {
  return [...printed.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name as string);
}

/** Of a provider that is there and does not start. */
export function whatToInstall(lacking: readonly string[]): string {
  const cuda = lacking.flatMap((name) => /^libcu(?:blas|dart)[^.]*\.so\.(\d+)$/.exec(name)?.[1] ?? [])[0];
  const parts = [
    ...(lacking.includes('libcuda.so.1') ? ['an NVIDIA driver'] : []),
    ...(lacking.some((name) => name !== 'libcuda.so.1') ? [`the libraries of CUDA${cuda ? ` ${cuda}` : ''}`] : []),
  ];
  // cuDNN is looked for later than the others
  const all = parts.length > 0 ? parts.join(' and ') : 'an NVIDIA driver, the CUDA that the provider was built for';
  return `install ${all}, with cuDNN 9, where the loader finds them (LD_LIBRARY_PATH); or use the device "cpu"`;
}

function howToInstall(folder: string): string {
  const script = join(folder, '..', '..', '..', '..', 'script', 'install.js');
  return (
    `for CUDA 12 run \`node ${script} --onnxruntime-node-install=cuda12\`; for CUDA 13 copy ${LIBRARIES.join(' and ')} ` +
    'from onnxruntime/capi of the Python wheel onnxruntime-gpu of the same version into that folder; cuDNN 9 is needed too'
  );
}

function told(error: unknown): string {
  // ONNX Runtime begins with its own file and line
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]!.trim().slice(0, 300);
}
