/**
 * z exp(tanh(s)) + t over the whole vector: weights of zero make the half that moves alone, and leave the other where it is, so
 * that nothing is cut or joined.
 */
import { type CouplingArgs, couplingHalves } from '@alix/train/layers/affine-coupling';
import { mapped, plain, toFlat, toPlain, type Value } from '../value.js';
import type { LayerContext, LayerExport } from './layer.js';

export const affineCoupling: LayerExport<CouplingArgs> = {
  emit(x, { args: { hidden, flip } }, context) {
    const { graph, parameters, name } = context;
    const z = toPlain(graph, toFlat(graph, x));
    const d = z.shape[0] ?? 0;
    const { stays, moves } = couplingHalves(d, flip);

    const inner = new Float64Array(d * hidden);
    inner.set(parameters('hidden_weight'), stays.from * hidden);
    const units = gemm(z, [inner, Float64Array.from(parameters('hidden_bias'))], 'hidden', context);
    const tanh = mapped(graph, units, 'Tanh', `${name}.hidden.tanh`);

    // columns of out_weight: the log scales of the half that moves, then its shifts
    const [weight, bias] = [parameters('out_weight'), parameters('out_bias')];
    const part = (first: number): Dense => {
      const columns = new Float64Array(hidden * d);
      const offsets = new Float64Array(d);
      for (let i = 0; i < moves.count; i++) {
        offsets[moves.from + i] = bias[first + i] ?? 0;
        for (let h = 0; h < hidden; h++) columns[h * d + moves.from + i] = weight[h * 2 * moves.count + first + i] ?? 0;
      }
      return [columns, offsets];
    };
    const log = mapped(graph, gemm(tanh, part(0), 'scale', context), 'Tanh', `${name}.log_scale`);
    const scale = mapped(graph, log, 'Exp', `${name}.factor`);
    const shift = gemm(tanh, part(moves.count), 'shift', context);
    const scaled = mapped(graph, z, 'Mul', `${name}.scaled`, { inputs: [scale.name] });
    return mapped(graph, scaled, 'Add', name, { inputs: [shift.name] });
  },
};

/** A weight [inputs, outputs] and its bias. */
type Dense = readonly [weight: Float64Array, bias: Float64Array];

function gemm(x: Value, [weight, bias]: Dense, as: string, { graph, name }: LayerContext): Value {
  const [inputs = 0] = x.shape;
  const operands = [
    x.name,
    graph.floats(`${name}.${as}.weight`, weight, [inputs, bias.length]),
    graph.floats(`${name}.${as}.bias`, bias, [bias.length]),
  ];
  return plain(graph.node('Gemm', operands, `${name}.${as}`, ['N', bias.length]), [bias.length]);
}
