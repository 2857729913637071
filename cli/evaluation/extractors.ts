/** The extractor that an argument names, open while it is used. */
import { bundleExtractor, type Extractor, onnxExtractor } from '@alix/eval';
import { loadModel, nodeRuntime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular, sha256 } from '@alix/infer/io/files';
import { resolveModel } from '../models.js';
import type { ModelOptions } from '../options.js';
import type { EvalImages } from './data.js';

export interface ExtractorOptions {
  readonly extractor?: string;
  readonly extractorOutput?: string;
  readonly extractorRange?: string;
}

/** Two numbers with a comma between them. @throws AlixError 'usage' */
function rangeOf(text: string): [number, number] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [black, white] = values;
  if (values.length === 2 && values.every(Number.isFinite) && black !== white) return [black!, white!];
  throw new AlixError('usage', '--extractor-range takes two different numbers with a comma between them', {
    found: text,
    remedy: 'write for example --extractor-range=-1,1',
  });
}

/** Opens the extractor for images of this size, hands it to `work`, and frees it whatever happens. */
export async function withExtractor<T>(
  argument: string,
  { size }: EvalImages,
  options: ExtractorOptions & Pick<ModelOptions, 'device' | 'threads'>,
  work: (extractor: Extractor) => Promise<T>,
): Promise<T> {
  const { device, threads, extractorOutput: output, extractorRange } = options;
  const range = extractorRange === undefined ? undefined : rangeOf(extractorRange);
  if (/\.onnx$/i.test(argument)) {
    const bytes = await readRegular(argument);
    const file = { bytes, sha256: sha256(bytes), where: argument };
    const runtime = await nodeRuntime({ device, threads });
    try {
      return await work(await onnxExtractor(runtime, file, size, { output, range }));
    } finally {
      await runtime.dispose?.();
    }
  }
  const folder = resolveModel(argument);
  if (output !== undefined || range !== undefined)
    throw new AlixError('usage', 'a model says itself how its graph takes images', {
      where: argument,
      remedy: 'leave out --extractor-output and --extractor-range, which are for .onnx files',
    });
  const model = await loadModel(folder, { device, threads });
  try {
    return await work(await bundleExtractor(model, size, folder));
  } finally {
    await model.dispose();
  }
}
