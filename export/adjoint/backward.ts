/** Reverse-mode differentiation of a graph: the operators that the forward pass wrote, walked backwards. */
import { AlixError } from '@alix/infer/io/errors';
import type { GraphBuilder } from '../builder.js';
import { adjoints } from './index.js';
import { refused } from './rule.js';

/**
 * Writes the gradient of a loss in an input of the graph behind what stands there already.
 *
 * @param of a value of the graph
 * @param gradient the loss's gradient in that value, of its shape
 * @param to the input
 * @returns the loss's gradient in the input, of its shape
 * @throws AlixError 'not-exportable' naming an operator without a rule
 */
export function backward(graph: GraphBuilder, of: string, gradient: string, to: string): string {
  const nodes = graph.nodes;
  const moved = new Set([to]);
  for (const { inputs, output } of nodes) if (inputs.some((input) => moved.has(input))) moved.add(output.name);

  const gradients = new Map([[of, gradient]]);
  for (const node of [...nodes].reverse()) {
    const own = gradients.get(node.output.name);
    if (own === undefined) continue;
    for (const [input, name] of node.inputs.entries()) {
      if (!moved.has(name)) continue;
      const rule = adjoints[node.op];
      if (!rule) throw refused({ node });
      const part = rule({ graph, node, gradient: own, input });
      const others = gradients.get(name);
      const sum = () => graph.node('Add', [others as string, part], `${name}.gradient`, graph.dims(name));
      gradients.set(name, others === undefined ? part : sum());
    }
  }
  const found = gradients.get(to);
  if (found) return found;
  throw new AlixError('not-exportable', `"${of}" does not depend on "${to}"`, { where: of });
}
