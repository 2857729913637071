/** What model.json says of an exported model. */
import { type Bundle, checkBundle, type GraphName, lowestVersion } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { sha256 } from '@alix/infer/io/files';
import { plan } from '@alix/train/spec';
import { networkOf } from './chain.js';
import { imageShape, isPoints } from './data.js';
import type { ModelGraphs } from './graphs.js';
import type { TrainedModel } from './model.js';
import { OPSET } from './onnx.js';
import { hasCodes, PARITY_TOLERANCE } from './parity.js';

/** What an export decides and measures, apart from the model. */
export interface Told extends Pick<Bundle, 'precision' | 'golden' | 'drift' | 'variants'> {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Absent until it is measured: model.json then says 0. */
  readonly parity?: Bundle['parity'];
  /** Examples that parity is asked on. */
  readonly n: number;
}

/** @throws AlixError 'not-exportable' where model.json cannot say it */
export function describe(
  model: TrainedModel,
  { graphs }: ModelGraphs,
  { files, parity, n, precision, golden, drift, variants }: Told,
): Bundle {
  const { architecture } = model;
  const has = (graph: GraphName) => graphs.has(graph);
  const content = {
    format: 'alix-bundle' as const,
    name: model.name,
    system: model.system,
    dataset: model.dataset,
    ...dataOf(model),
    ...(has('encoder') || has('decoder') ? { latent: architecture.latent } : {}),
    ...(has('encoder') ? { encoder: { deterministic: graphs.get('encoder')?.outputs.length === 1 } } : {}),
    maskFill: model.maskFill ?? 0,
    parameters: Object.fromEntries(
      networksOf(model, graphs).map((name) => [name, plan(name, networkOf(architecture, name)).parameterCount]),
    ),
    precision,
    ...(drift && { drift }),
    ...(variants && { variants }),
    opset: OPSET,
    ...(graphs.get('classifier')?.outputs.some(({ name }) => name === 'features') && {
      within: { features: 'classifier' as const },
    }),
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.byteLength }]),
    ),
    parity: parity ?? {
      n,
      ...([...graphs.keys()].some(hasCodes) ? { codes: 0 } : {}),
      ...(has('decoder') ? { images: 0 } : {}),
      tolerance: PARITY_TOLERANCE,
    },
    training: model.training,
    metrics: model.metrics ?? {},
    licence: model.licence,
    golden,
  };
  const { format, ...others } = content;
  const parsed = checkBundle({ format, formatVersion: lowestVersion(content), ...others });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AlixError('not-exportable', `model.json cannot say this: "${issue?.path.join('.')}": ${issue?.message}`, {
    where: model.name,
  });
}

function dataOf({ architecture }: TrainedModel): Pick<Bundle, 'image' | 'points'> {
  if (isPoints(architecture)) return { points: { size: architecture.data.shape[0] ?? 0 } };
  const [height = 0, width = 0, channels = 0] = imageShape(architecture);
  // 1 or 3 channels: the schema refuses others
  return { image: { height, width, channels: channels as 1 | 3 } };
}

/** The networks that a model's graphs are made of. */
function networksOf({ chains }: TrainedModel, graphs: ModelGraphs['graphs']): readonly string[] {
  const { encoder, decoder, critic = [], classifier = [] } = chains;
  return [...new Set([...encoder, ...decoder, ...(graphs.has('critic') ? critic : []), ...classifier])];
}
