/** Foreign graphs inside graphs that keep a bundle's promises: alix's own operators before and behind, theirs as they are. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from 'onnx-buf';
import { GraphBuilder, type Output } from '../builder.js';
import { pictureOutputs } from '../data.js';
import { elementCode, type Graph, onnxBytes } from '../onnx.js';
import { mapped, plain, type Value } from '../value.js';
import { VERSION } from '../version.js';
import type { Foreign } from './foreign.js';
import { type Manifest, type Scaling, scalingOf } from './manifest.js';
import type { Sides } from './sides.js';

/** Before the names of a foreign graph's values, so that none is one of alix's. */
const INSIDE = 'imported/';

/** `image` uint8 [N,H,W,C] -> the foreign encoder -> `mean` and, where it has one, `log_variance`, float32 [N,d]. */
export function wrapEncoder({ image, latent }: Manifest, { encoder }: Sides): Wrapped {
  const { height, width, channels } = image;
  const shape = [height, width, channels];
  const before = new GraphBuilder();
  const given = before.input('image', 'uint8', ['N', ...shape], 'uint8 [N,H,W,C], 0..255');
  const to = { to: { int: elementCode('float32') } };
  const x = plain(before.node('Cast', [given], 'image.float', ['N', ...shape], to), shape);
  const { scale, offset } = scalingOf(encoder.range, channels);
  const scaled = times(before, x, { scale: scale.map((s) => s / 255), offset });
  const laid = encoder.layout === 'NCHW' ? transposed(before, scaled, [0, 3, 1, 2], 'image.nchw') : scaled;
  const entrance = reshaped(before, laid, encoder.sizes, 'image.read');

  const behind = new GraphBuilder();
  const size = [latent.size];
  const read = (name: string, as: string) =>
    reshaped(behind, plain(behind.input(INSIDE + name, 'float32', ['N', 'N'], ''), []), size, as);
  const outputs: Output[] = [{ name: 'mean', value: read(encoder.mean, 'mean.flat').name, doc: 'float32 [N,d]' }];
  if (encoder.spread) {
    const told = read(encoder.spread.output, 'spread.flat');
    const spread = encoder.spread.isDeviation ? logVariance(behind, told) : told;
    outputs.push({ name: 'log_variance', value: spread.name, doc: 'float32 [N,d]' });
  }
  return {
    before: before.finish('before', '', [{ name: INSIDE + encoder.input, value: entrance.name, doc: '' }]),
    behind: behind.finish('encoder', 'image -> mean and log-variance of the codes', outputs),
  };
}

/** `latent` float32 [N,d] -> the foreign decoder -> `image` float32 [N,H,W,C] in [0,1] and `pixels` uint8. */
export function wrapDecoder({ image, latent }: Manifest, { decoder }: Sides): Wrapped {
  const { height, width, channels } = image;
  const before = new GraphBuilder();
  const code = before.input('latent', 'float32', ['N', latent.size], 'float32 [N,d], codes or draws from the prior');
  const entrance = reshaped(before, plain(code, [latent.size]), decoder.sizes, 'latent.read');

  const behind = new GraphBuilder();
  const made = plain(behind.input(INSIDE + decoder.image, 'float32', ['N', 'N'], ''), []);
  const first = decoder.layout === 'NCHW';
  const laid = reshaped(behind, made, first ? [channels, height, width] : [height, width, channels], 'image.laid');
  const last = first ? transposed(behind, laid, [0, 2, 3, 1], 'image.nhwc') : laid;
  const { scale, offset } = scalingOf(decoder.range, channels);
  const unit = times(behind, last, { scale: scale.map((s) => 1 / s), offset: offset.map((o, i) => -o / scale[i]!) });
  return {
    before: before.finish('before', '', [{ name: INSIDE + decoder.input, value: entrance.name, doc: '' }]),
    behind: behind.finish('decoder', 'code -> image', pictureOutputs(behind, unit)),
  };
}

/** What stands before a foreign graph, and what behind it. */
interface Wrapped {
  readonly before: Graph;
  readonly behind: Graph;
}

/** scale x + offset over the last axis; nothing where that is x. */
function times(graph: GraphBuilder, x: Value, { scale, offset }: Scaling): Value {
  const numbers = (name: string, values: readonly number[]) =>
    new Set(values).size === 1 ? graph.scalar(values[0]!) : graph.floats(name, values, [values.length]);
  let y = x;
  if (scale.some((s) => s !== 1)) y = mapped(graph, y, 'Mul', 'image.scaled', { inputs: [numbers('scale', scale)] });
  if (offset.some((o) => o !== 0))
    y = mapped(graph, y, 'Add', 'image.shifted', { inputs: [numbers('offset', offset)] });
  return y;
}

function transposed(graph: GraphBuilder, x: Value, perm: readonly number[], name: string): Value {
  const shape = perm.slice(1).map((axis) => x.shape[axis - 1]!);
  return plain(graph.node('Transpose', [x.name], name, ['N', ...shape], { perm: { ints: perm } }), shape);
}

/** The batch axis stays as it is, so that what comes in other numbers of rows is an error when it runs. */
function reshaped(graph: GraphBuilder, x: Value, shape: readonly number[], name: string): Value {
  if (x.shape.join() === shape.join()) return x;
  return plain(graph.node('Reshape', [x.name, graph.integers([0, ...shape])], name, ['N', ...shape]), shape);
}

function logVariance(graph: GraphBuilder, deviation: Value): Value {
  const logged = mapped(graph, deviation, 'Log', 'std.log');
  return mapped(graph, logged, 'Mul', 'std.twice', { inputs: [graph.scalar(2)] });
}

/** The bytes of the whole. Of the foreign graph operators and weights are kept; words of whoever made it, such as paths, are not. */
export function joined(foreign: Foreign, { before, behind }: Wrapped, metadata: Readonly<Record<string, string>>) {
  const parts = [before, behind].map((graph) => fromBinary(ModelProtoSchema, onnxBytes(graph)).graph!);
  const [first, last] = parts as [(typeof parts)[0], (typeof parts)[0]];
  const inside = (name: string) => name && INSIDE + name;
  // alix's constants of the two sides may be of one name
  const apart = (side: string, graph: typeof first) => {
    const own = new Set(graph.initializer.map(({ name }) => name));
    const called = (name: string) => (own.has(name) ? `${side}/${name}` : name);
    return {
      initializer: graph.initializer.map((tensor) => ({ ...tensor, name: called(tensor.name) })),
      node: graph.node.map((node) => ({ ...node, input: node.input.map(called) })),
    };
  };
  const [a, b] = [apart('before', first), apart('behind', last)];
  const nodes = foreign.graph.node.map(({ input, output, name, opType, domain, attribute }) =>
    create(NodeProtoSchema, {
      input: input.map(inside),
      output: output.map(inside),
      name: inside(name),
      opType,
      domain: domain === 'ai.onnx' ? '' : domain,
      attribute,
    }),
  );
  const model = create(ModelProtoSchema, {
    irVersion: foreign.irVersion < 7n ? 7n : foreign.irVersion,
    opsetImport: [{ domain: '', version: BigInt(foreign.opset) }, ...foreign.others].map((set) =>
      create(OperatorSetIdProtoSchema, { domain: set.domain, version: set.version }),
    ),
    producerName: 'alix',
    producerVersion: VERSION,
    docString: last.docString,
    metadataProps: Object.entries({ ...metadata, 'alix.imported': foreign.sha256 })
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    graph: create(GraphProtoSchema, {
      name: last.name,
      docString: last.docString,
      input: first.input,
      output: last.output,
      node: [...a.node, ...nodes, ...b.node],
      initializer: [
        ...a.initializer,
        ...foreign.graph.initializer.map(({ name, dims, dataType, floatData, int32Data, int64Data, ...others }) =>
          create(TensorProtoSchema, {
            name: inside(name),
            dims,
            dataType,
            floatData,
            int32Data,
            int64Data,
            doubleData: others.doubleData,
            uint64Data: others.uint64Data,
            stringData: others.stringData,
            rawData: others.rawData,
          }),
        ),
        ...b.initializer,
      ],
    }),
  });
  return toBinary(ModelProtoSchema, model);
}
