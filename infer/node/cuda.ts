/** Whether ONNX Runtime can use CUDA here, and if not what to install. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
    return new AlixError('no-device', 'the device "cuda" needs Linux on x64', { remedy: 'use --device cpu' });
  const folder = providerFolder();
  const missing = LIBRARIES.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    return new AlixError('no-device', 'the device "cuda" is not installed: ONNX Runtime lacks its CUDA provider', {
      found: `no ${missing.join(' and no ')} in ${folder}`,
      remedy: `${howToInstall(folder)}; or use --device cpu`,
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
    return new AlixError('no-device', `the device "cuda" does not start: ${told(cause)}`, { remedy: LOADS, cause });
  }
}

/** What a provider that is there needs besides. */
const LOADS =
  'install an NVIDIA driver, and the CUDA and cuDNN 9 libraries that the provider was built for (CUDA 12 from onnxruntime-node, ' +
  "CUDA 13 from the onnxruntime-gpu wheel), in the loader's path (LD_LIBRARY_PATH); or use --device cpu";

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
