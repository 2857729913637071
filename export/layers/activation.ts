/** The part that layers without parameters and with one output per input share. */
import type { Attribute } from '../onnx.js';
import { mapped } from '../value.js';
import type { LayerExport } from './layer.js';

export function activation<Args>(
  op: string,
  attributes: (args: Args) => Readonly<Record<string, Attribute>> = () => ({}),
): LayerExport<Args> {
  return {
    elementwise: true,
    emit: (x, { args }, { graph, name }) => mapped(graph, x, op, name, { attributes: attributes(args) }),
  };
}
