/**
 * What no graph of a bundle needs and a hostile one would use: loops that never end, branches, functions that call functions.
 * ONNX Runtime cannot be stopped within a run, nor can a process end while its thread runs. Found by walking the protobuf
 * messages of onnx.proto; weights are stepped over.
 */
import { AlixError } from './io/errors.js';

const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;
const FOUR_BYTES = 5;

/** Field numbers in onnx.proto. */
const MODEL = { graph: 7, functions: 25 };
const NODES = 1;
const NODE = { operator: 4, attribute: 5 };
const ATTRIBUTE = { graph: 6, graphs: 11 };

/** "ORTM" stands at byte 4 of ONNX Runtime's own format, which it would open too. */
const ORT_FORMAT = [0x4f, 0x52, 0x54, 0x4d];

/**
 * @param where the path or URL, for error messages
 * @throws AlixError 'bad-graph' for what is no ONNX model, and for one with operators that hold graphs of their own (Loop, If, Scan, ...)
 *   or with functions
 */
export function checkGraph(bytes: Uint8Array, where: string): void {
  const refuse = (what: string, found?: string): never => {
    throw new AlixError('bad-graph', what, { where, ...(found && { found }), remedy: 'export the model again' });
  };
  let graphs = 0;
  let found: string | undefined;
  try {
    for (const [field, content] of fields(bytes)) {
      if (field === MODEL.functions) found ??= 'functions';
      if (field !== MODEL.graph) continue;
      graphs++;
      for (const [inGraph, node] of fields(content)) if (inGraph === NODES) found ??= holder(node);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    graphs = 0;
  }
  if (graphs === 0 || ORT_FORMAT.every((byte, i) => bytes[4 + i] === byte))
    refuse('not an ONNX graph, or a damaged one');
  if (found) refuse('the graph has operators with graphs of their own, which may never end', found);
}

/** The operator of a node that holds a graph; undefined of others. */
function holder(node: Uint8Array): string | undefined {
  let operator = '';
  let holds = false;
  for (const [field, content] of fields(node)) {
    if (field === NODE.operator) operator = new TextDecoder().decode(content.subarray(0, 40));
    if (field !== NODE.attribute) continue;
    for (const [inAttribute] of fields(content))
      holds ||= inAttribute === ATTRIBUTE.graph || inAttribute === ATTRIBUTE.graphs;
  }
  return holds ? operator : undefined;
}

/** The fields of a message that have bytes as content, in their order. @throws RangeError where it is none */
function* fields(message: Uint8Array): Generator<[field: number, content: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= message.length) break;
      const byte = message[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number without an end');
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === VARINT) varint();
    else if (kind === EIGHT_BYTES) at += 8;
    else if (kind === FOUR_BYTES) at += 4;
    else if (kind === BYTES) {
      const end = varint() + at;
      if (end > message.length) throw new RangeError('a field beyond its message');
      yield [Math.floor(tag / 8) % 2 ** 29, message.subarray(at, end)];
      at = end;
    } else if (kind > FOUR_BYTES) throw new RangeError('no such kind of field');
    // what a group holds follows as fields of this message
    if (at > message.length) throw new RangeError('a field beyond its message');
  }
}
