/** The network of --lpips, open while it is used. */
import { onnxPerceptual, type Perceptual } from '@alix/eval';
import { nodeRuntime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular, sha256 } from '@alix/infer/io/files';
import type { ModelOptions } from '../options.js';

export interface PerceptualOptions {
  readonly lpips?: string;
}

/** Opens it for images of this size, hands it to `work`, and frees it whatever happens. */
export async function withPerceptual<T>(
  path: string,
  size: Parameters<typeof onnxPerceptual>[2],
  { device, threads }: Pick<ModelOptions, 'device' | 'threads'>,
  work: (perceptual: Perceptual) => Promise<T>,
): Promise<T> {
  if (!/\.onnx$/i.test(path))
    throw new AlixError('usage', '--lpips takes an .onnx file', {
      found: path,
      remedy: 'export the network of the distance: two images in, one number for each pair out',
    });
  const bytes = await readRegular(path);
  const runtime = await nodeRuntime({ device, threads });
  try {
    return await work(await onnxPerceptual(runtime, { bytes, sha256: sha256(bytes), where: path }, size));
  } finally {
    await runtime.dispose?.();
  }
}
