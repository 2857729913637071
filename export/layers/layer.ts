/** What the ONNX side of a layer kind is. One file per kind beside this one, with the same names as in train/layers. */
import type { PlannedLayer, Shape } from '@alix/train/spec';
import type { GraphBuilder } from '../builder.js';
import type { Affine } from '../fold.js';
import type { Value } from '../value.js';
import type { Parameters } from '../weights.js';

/** What a layer may use to write itself into a graph. */
export interface LayerContext {
  readonly graph: GraphBuilder;
  /** The layer's parameters; throws for one that is not in the weights. */
  readonly parameters: Parameters;
  /** Name for the layer's output. */
  readonly name: string;
  /** A batch norm that follows directly, to be folded in; only given to kinds that are `linear`. */
  readonly affine?: Affine;
  /** A [height, width, channels] that the output's numbers will be reshaped to: best laid out channels first. */
  readonly reshapedTo?: Shape;
}

/** A kind of layer in ONNX. `Args` is what its row says, as in train/layers. */
export interface LayerExport<Args> {
  /** True: output = weights * input + bias, so a following batch norm folds in. */
  readonly linear?: boolean;
  /** True: works number by number, whatever their order. */
  readonly elementwise?: boolean;
  emit(x: Value, layer: PlannedLayer & { readonly args: Args }, context: LayerContext): Value;
}
