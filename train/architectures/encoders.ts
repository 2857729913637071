/** Encoders: a trunk, then a mean, and a spread where they are Gaussian. */
import type { NetworkSpec, Row, Shape } from '../spec.js';

/** 'gaussian': mean and spread; 'deterministic': the mean alone. */
export const encoders = ['gaussian', 'deterministic'] as const;

export interface EncoderRows {
  readonly kind: (typeof encoders)[number];
  readonly trunk: readonly Row[];
  /** The rows of mean and of spread, each with parameters of its own. */
  readonly head: readonly Row[];
  /** What the second head means: log sigma^2 or log sigma. */
  readonly spread: 'log_variance' | 'log_sigma';
  /** Invertible rows behind the Gaussian. */
  readonly flow?: readonly Row[];
}

/** An encoder of one input. */
export function encoder(
  inputs: Readonly<Record<string, Shape>>,
  { kind, trunk, head, spread, flow = [] }: EncoderRows,
): NetworkSpec {
  const outputs = kind === 'gaussian' ? ['mean', spread] : ['mean'];
  return {
    inputs,
    blocks: [
      { name: 'trunk', from: Object.keys(inputs), rows: trunk },
      ...outputs.map((name) => ({ name, from: ['trunk'], rows: head })),
    ],
    outputs,
    ...(flow.length > 0 ? { flow } : {}),
  };
}
