/** The networks that arguments name as extractor, classifier and perceptual distance, open while they are used. */
import {
  bundleExtractor,
  type CompatTool,
  conventionsOf,
  type Extractor,
  onnxExtractor,
  type Perceptual,
} from '@alix/eval';
import { loadModel, nodeRuntime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular, sha256 } from '@alix/infer/io/files';
import { resolveModel } from '../models.js';
import type { ModelOptions } from '../options.js';
import { type PerceptualOptions, withPerceptual } from './perceptual.js';

export interface ExtractorOptions {
  readonly extractor?: string;
  readonly extractorOutput?: string;
  readonly extractorRange?: string;
}

export interface ClassifierOptions {
  readonly classifier?: string;
  readonly classifierOutput?: string;
  readonly classifierRange?: string;
}

type Runs = Pick<ModelOptions, 'device' | 'threads'> & {
  /** Whose resize brings images to the size of an .onnx file's input. */
  readonly compat?: CompatTool;
};
type Size = Parameters<typeof bundleExtractor>[1];

/** What an argument names, and how its graph is used. */
interface Named {
  readonly argument: string;
  /** Of the options, for messages: 'extractor' or 'classifier'. */
  readonly option: string;
  readonly output?: string | undefined;
  readonly range?: string | undefined;
}

/** Two numbers with a comma between them. @throws AlixError 'usage' */
function rangeOf(text: string, option: string): [number, number] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [black, white] = values;
  if (values.length === 2 && values.every(Number.isFinite) && black !== white) return [black!, white!];
  throw new AlixError('usage', `--${option}-range takes two different numbers with a comma between them`, {
    found: text,
    remedy: `write for example --${option}-range=-1,1`,
  });
}

/** @throws AlixError 'usage' where something is said of a network that is not named */
function needNamed(option: string, argument: string | undefined, said: string | undefined): void {
  if (argument !== undefined || said === undefined) return;
  throw new AlixError('usage', `--${option}-output and --${option}-range are of a network, and none is named`, {
    found: said,
    remedy: `name it with --${option}`,
  });
}

/** Opens the network for images of this size, hands it to `work`, and frees it whatever happens. */
async function withNetwork<T>(
  { argument, option, output, range: text }: Named,
  size: Size,
  { device, threads, compat }: Runs,
  work: (open: (graph?: 'features' | 'classifier') => Promise<Extractor>, graphs: ReadonlySet<string>) => Promise<T>,
): Promise<T> {
  const range = text === undefined ? undefined : rangeOf(text, option);
  const { resize } = conventionsOf(compat);
  if (/\.onnx$/i.test(argument)) {
    const bytes = await readRegular(argument);
    const file = { bytes, sha256: sha256(bytes), where: argument };
    const runtime = await nodeRuntime({ device, threads });
    try {
      return await work(() => onnxExtractor(runtime, file, size, { output, range, resize }), new Set());
    } finally {
      await runtime.dispose?.();
    }
  }
  const folder = resolveModel(argument);
  if (output !== undefined || range !== undefined)
    throw new AlixError('usage', 'a model says itself how its graph takes images', {
      where: argument,
      remedy: `leave out --${option}-output and --${option}-range, which are for .onnx files`,
    });
  const model = await loadModel(folder, { device, threads });
  try {
    const graphs = new Set((['features', 'classifier'] as const).filter((graph) => model.has(graph)));
    return await work((graph) => bundleExtractor(model, size, folder, graph), graphs);
  } finally {
    await model.dispose();
  }
}

/** The extractor alone. */
export function withExtractor<T>(
  argument: string,
  size: Size,
  { extractorOutput: output, extractorRange: range, ...runs }: ExtractorOptions & Runs,
  work: (extractor: Extractor) => Promise<T>,
): Promise<T> {
  return withNetwork({ argument, option: 'extractor', output, range }, size, runs, async (open) => work(await open()));
}

export interface Networks {
  readonly extractor?: Extractor | undefined;
  readonly classifier?: Extractor | undefined;
  readonly perceptual?: Perceptual | undefined;
}

/** All that are named. */
export function withNetworks<T>(
  options: ExtractorOptions & ClassifierOptions & PerceptualOptions & Runs,
  size: Size,
  work: (networks: Networks) => Promise<T>,
): Promise<T> {
  const { lpips } = options;
  return withFeatures(options, size, async (networks) =>
    lpips === undefined
      ? work(networks)
      : withPerceptual(lpips, size, options, (perceptual) => work({ ...networks, perceptual })),
  );
}

/** Both, where they are named; a model that has features and classes is both when it is named as extractor alone. */
async function withFeatures<T>(
  options: ExtractorOptions & ClassifierOptions & Runs,
  size: Size,
  work: (networks: Networks) => Promise<T>,
): Promise<T> {
  const { extractor, extractorOutput, extractorRange, classifier, classifierOutput, classifierRange } = options;
  needNamed('extractor', extractor, extractorOutput ?? extractorRange);
  needNamed('classifier', classifier, classifierOutput ?? classifierRange);
  const withClassifier = (made: Networks): Promise<T> => {
    if (classifier === undefined) return work(made);
    const named = { argument: classifier, option: 'classifier', output: classifierOutput, range: classifierRange };
    return withNetwork(named, size, options, async (open, graphs) =>
      work({ ...made, classifier: await open(graphs.size > 0 ? 'classifier' : undefined) }),
    );
  };
  if (extractor === undefined) return withClassifier({});
  const named = { argument: extractor, option: 'extractor', output: extractorOutput, range: extractorRange };
  return withNetwork(named, size, options, async (open, graphs) => {
    const own = await open();
    const isBoth = graphs.size === 2 && classifier === undefined;
    return withClassifier({ extractor: own, ...(isBoth && { classifier: await open('classifier') }) });
  });
}
