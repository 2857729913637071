/** An ONNX file made elsewhere: what is not fit for a bundle is refused, each with the remedy for who made it. */

import { checkGraph } from '@alix/infer/graph-check';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular, sha256 } from '@alix/infer/io/files';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ValueInfoProto,
} from 'onnx-buf';

/** The operator sets that alix's own operators around the graph mean the same in, and that ONNX Runtime 1.30 reads. */
const OPSETS = { least: 11, most: 26 } as const;
/** The newest version of the file format that ONNX Runtime 1.30 reads. */
const MAX_IR = 13;

/** The operators of the ONNX standard; it may also be written out. */
const STANDARD = new Set(['', 'ai.onnx']);

export interface Foreign {
  /** Its path. */
  readonly where: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly graph: GraphProto;
  readonly irVersion: bigint;
  readonly opset: number;
  /** Of operators beside the standard's: the version of each of their sets. */
  readonly others: readonly { readonly domain: string; readonly version: bigint }[];
  /** Who says to have written it, e.g. "pytorch 2.13". */
  readonly producer: string;
  /** Inputs that are no weights. */
  readonly inputs: readonly ForeignPort[];
  readonly outputs: readonly ForeignPort[];
  /** Numbers of all float weights. */
  readonly parameters: number;
}

export interface ForeignPort {
  readonly name: string;
  readonly isFloat: boolean;
  /** Sizes; a text where one is open, undefined where the graph does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** @throws AlixError 'bad-graph', those of reading a file */
export async function readForeign(where: string): Promise<Foreign> {
  const bytes = await readRegular(where);
  checkGraph(bytes, where);
  const refuse = (what: string, details: { expected?: string; found?: string; remedy: string }): never => {
    throw new AlixError('bad-graph', what, { where, ...details });
  };
  const model = parsed(bytes, where);
  const { graph, irVersion, opsetImport } = model;
  const opset = Number(opsetImport.find(({ domain }) => STANDARD.has(domain))?.version ?? 0n);
  if (opset < OPSETS.least || opset > OPSETS.most)
    refuse('the graph is of an operator set that is not read', {
      expected: `${OPSETS.least} to ${OPSETS.most}`,
      found: `${opset}`,
      remedy: 'export it with another opset_version, such as 18',
    });
  if (irVersion > MAX_IR)
    refuse('the file is of a version of ONNX that is not read', {
      expected: `IR version ${MAX_IR} or older`,
      found: `${irVersion}`,
      remedy: 'save it with an older one',
    });
  const outside = [...weights(graph)].find(isOutside);
  if (outside)
    refuse('the weights lie outside the file', {
      found: `"${outside.name}" in ${outside.externalData.find(({ key }) => key === 'location')?.value ?? 'another file'}`,
      remedy: 'save all in one file: torch.onnx.export(..., external_data=False), or onnx.save of what onnx.load gave',
    });
  if (graph.sparseInitializer.length > 0)
    refuse('the graph has sparse weights, which are not read', { remedy: 'make them dense' });
  const constants = new Set(graph.initializer.map(({ name }) => name));
  return {
    where,
    sha256: sha256(bytes),
    bytes,
    graph,
    irVersion,
    opset,
    others: opsetImport.filter(({ domain }) => !STANDARD.has(domain)),
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(portOf),
    outputs: graph.output.map(portOf),
    parameters: graph.initializer.reduce((sum, tensor) => sum + (isFloat(tensor.dataType) ? count(tensor) : 0), 0),
  };
}

function parsed(bytes: Uint8Array, where: string) {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph) return { ...model, graph: model.graph };
  } catch (cause) {
    throw damaged(where, cause);
  }
  throw damaged(where);
}

const damaged = (where: string, cause?: unknown) =>
  new AlixError('bad-graph', 'not an ONNX graph, or a damaged one', { where, remedy: 'export it again', cause });

/** The weights of a graph, and the tensors in its operators. */
function* weights({ initializer, node }: GraphProto): Generator<TensorProto> {
  yield* initializer;
  for (const { attribute } of node)
    for (const { t, tensors } of attribute) {
      if (t) yield t;
      yield* tensors;
    }
}

const isOutside = ({ dataLocation, externalData }: TensorProto) =>
  dataLocation === TensorProto_DataLocation.EXTERNAL || externalData.length > 0;

const floatTypes: readonly number[] = [
  TensorProto_DataType.FLOAT,
  TensorProto_DataType.FLOAT16,
  TensorProto_DataType.BFLOAT16,
  TensorProto_DataType.DOUBLE,
];
const isFloat = (type: number) => floatTypes.includes(type);
const count = ({ dims }: TensorProto) => dims.reduce((product, n) => product * Number(n), 1);

function portOf({ name, type }: ValueInfoProto): ForeignPort {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const shape = tensor?.shape?.dim.map(({ value }) => {
    // a size of 0 or less is none
    if (value.case === 'dimValue' && value.value > 0n) return Number(value.value);
    return value.case === 'dimParam' ? value.value || '?' : '?';
  });
  return { name, isFloat: tensor?.elemType === TensorProto_DataType.FLOAT, shape };
}

/**
 * The input or output of this name; the only one where none is named.
 *
 * @param key of the manifest, for error messages
 * @throws AlixError 'bad-graph'
 */
export function portNamed(
  { where }: Foreign,
  side: 'input' | 'output',
  ports: readonly ForeignPort[],
  wanted: string | undefined,
  key: string,
): ForeignPort {
  const [only] = ports;
  const found = wanted === undefined ? (ports.length === 1 ? only : undefined) : ports.find((p) => p.name === wanted);
  const refuse = (what: string, expected: string, told: string, remedy: string): never => {
    throw new AlixError('bad-graph', what, { where, expected, found: told, remedy });
  };
  const names = ports.map(({ name }) => name).join(', ') || 'none';
  if (!found)
    return wanted === undefined
      ? refuse(`the graph has not one ${side}`, `one ${side}`, names, `name it in the manifest as "${key}"`)
      : refuse(`the graph has no such ${side}`, `"${wanted}"`, names, `correct "${key}" in the manifest`);
  if (!found.isFloat)
    refuse(`"${found.name}" holds other numbers`, 'float32', 'another type', 'export the model in float32');
  return found;
}
