/** z + u^ tanh(w.z + b): two Gemms around a Tanh, u^ computed here from what was trained. */
import { PLANAR_EPSILON, PLANAR_SHIFT } from '@alix/train/layers/planar-flow';
import { mapped, plain, toFlat, toPlain } from '../value.js';
import type { LayerExport } from './layer.js';

export const planarFlow: LayerExport<Record<string, never>> = {
  emit(x, _layer, { graph, parameters, name }) {
    const z = toPlain(graph, toFlat(graph, x));
    const [w, u] = [Float64Array.from(parameters('w')), Float64Array.from(parameters('u'))];
    const d = w.length;
    const product = w.reduce((sum, v, i) => sum + v * (u[i] ?? 0), 0);
    const squares = w.reduce((sum, v) => sum + v * v, PLANAR_EPSILON);
    const along = (softplus(product + PLANAR_SHIFT) - 1 - product) / squares;
    const uHat = u.map((v, i) => v + along * (w[i] ?? 0));

    const operands = [z.name, graph.floats(`${name}.w`, w, [d, 1]), graph.floats(`${name}.b`, parameters('b'), [1])];
    const height = plain(graph.node('Gemm', operands, `${name}.height`, ['N', 1]), [1]);
    const tanh = mapped(graph, height, 'Tanh', `${name}.tanh`);
    const move = [tanh.name, graph.floats(`${name}.u`, uHat, [1, d])];
    return mapped(graph, z, 'Add', name, { inputs: [graph.node('MatMul', move, `${name}.move`, ['N', d])] });
  },
};

const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
