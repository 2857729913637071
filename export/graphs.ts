/** The graphs of a model: which there are, and why others are not. */
import type { GraphName } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { isPoints } from './data.js';
import {
  classifierGraph,
  criticGraph,
  criticObstacle,
  decoderGraph,
  encoderGraph,
  featuresGraph,
  maskedEncoderGraph,
} from './graph.js';
import type { TrainedModel } from './model.js';
import type { Graph } from './onnx.js';
import { refineGraph } from './refine.js';

export interface ModelGraphs {
  readonly graphs: ReadonlyMap<GraphName, Graph>;
  /** Graphs that the system has and the contract cannot say, with the reason. */
  readonly omitted: Readonly<Partial<Record<GraphName, string>>>;
}

/** Every graph that a model has. @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable' */
export function graphsOf({ architecture, chains, weights, maskFill }: TrainedModel): ModelGraphs {
  const { encoder, decoder, critic = [], classifier = [] } = chains;
  const graphs = new Map<GraphName, Graph>();
  const omitted: Partial<Record<GraphName, string>> = {};
  if (encoder.length > 0) graphs.set('encoder', encoderGraph(architecture, encoder, weights));
  if (decoder.length > 0) graphs.set('decoder', decoderGraph(architecture, decoder, weights));
  if (decoder.length > 0 && !isPoints(architecture)) {
    const refine = unless('not-exportable', () => refineGraph(architecture, decoder, weights));
    if (typeof refine === 'string') omitted.refine = refine;
    else graphs.set('refine', refine);
  }
  if (critic.length > 0) {
    const obstacle = criticObstacle(architecture, critic);
    if (obstacle) omitted.critic = obstacle;
    else graphs.set('critic', criticGraph(architecture, critic, weights));
  }
  if (encoder.length > 0) graphs.set('features', featuresGraph(architecture, encoder, weights));
  if (encoder.length > 0 && maskFill !== undefined)
    graphs.set('masked_encoder', maskedEncoderGraph(architecture, encoder, weights, maskFill));
  if (classifier.length > 0) graphs.set('classifier', classifierGraph(architecture, classifier, weights));
  return { graphs, omitted };
}

/** What `make` makes, or what the error with this code says. */
function unless<T>(code: string, make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof AlixError && error.code === code) return error.message;
    throw error;
  }
}
