/** ONNX graphs as plain data, and their bytes. Passes over a graph (float16, int8, adjoint) are functions of this data. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { VERSION } from './version.js';

/**
 * The highest operator set at which ONNX Runtime 1.30 keeps every operator of these graphs on WebGPU. It reads up to 26,
 * but runs ConvTranspose on the CPU from 22 on and Transpose from 25 on (export/README.md has the table).
 */
export const OPSET = 21;
/** The file version that came with operator set 21 (ONNX 1.16); ONNX Runtime 1.30 reads up to 13. */
export const IR_VERSION = 10;

const elementTypes = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bool: TensorProto_DataType.BOOL,
  uint8: TensorProto_DataType.UINT8,
  int8: TensorProto_DataType.INT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
} as const;

export type ElementType = keyof typeof elementTypes;

/** The number ONNX gives an element type, for the attribute `to` of Cast. */
export const elementCode = (type: ElementType): number => elementTypes[type];

/** An axis: its size, or 'N' for the number of examples, the only one that is open. */
export type Dimension = number | 'N';

/** A named tensor: an input, an output or a value between nodes. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
  readonly doc?: string;
}

/** A weight or another fixed tensor, row-major. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array | Uint16Array;
}

export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

/** One operator; each has one output, whose name is also the node's. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: Port;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph whose nodes stand in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly doc: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
}

/**
 * The bytes of an .onnx file. The same graph gives the same bytes.
 *
 * @param metadata written into the file's metadata_props, keys sorted
 */
export function onnxBytes(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const outputs = new Set(graph.outputs.map((port) => port.name));
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(OPSET) })],
    producerName: 'alix',
    producerVersion: VERSION,
    docString: graph.doc,
    metadataProps: Object.entries(metadata)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    graph: create(GraphProtoSchema, {
      name: graph.name,
      docString: graph.doc,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      node: graph.nodes.map(nodeProto),
      initializer: [...graph.constants].map(([name, constant]) => tensorProto(name, constant)),
      valueInfo: graph.nodes
        .map((node) => node.output)
        .filter((port) => !outputs.has(port.name))
        .map(valueInfo),
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

function nodeProto({ op, inputs, output, attributes }: GraphNode) {
  return create(NodeProtoSchema, {
    opType: op,
    name: output.name,
    input: [...inputs],
    output: [output.name],
    attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
  });
}

function attributeProto(name: string, value: Attribute) {
  if ('int' in value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value.int) });
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.ints.map(BigInt) });
}

function tensorProto(name: string, { type, shape, data }: Constant) {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes[type],
    dims: shape.map(BigInt),
    // raw data are little-endian, and so is every machine that Node has a build for here
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
  });
}

function valueInfo({ name, type, shape, doc }: Port) {
  const dim = shape.map((n) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof n === 'number' ? { case: 'dimValue', value: BigInt(n) } : { case: 'dimParam', value: n },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: elementTypes[type],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    docString: doc ?? '',
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}
