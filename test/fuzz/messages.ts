/** What the fuzzer and its child say to each other. */

/** Inputs from (included) to (not included) of a format. */
export interface Job {
  readonly format: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export type Told =
  | { readonly kind: 'begins'; readonly format: string; readonly seed: number; readonly index: number }
  | { readonly kind: 'ended'; readonly refused: boolean; readonly problem?: string | undefined; readonly line?: string }
  | { readonly kind: 'done' };
