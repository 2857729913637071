/** A format of the fuzzer's: valid files, and how a verb reads them. */
import type { Tree } from './tree.js';

export interface Format {
  readonly name: string;
  /** Files that are never damaged. */
  readonly fixed?: RegExp;
  /** Valid inputs, which the reader takes. */
  seeds(): Promise<readonly Tree[]>;
  /**
   * Reads what lies in the folder as a verb does, and looks at what comes.
   *
   * @param index of the input, for readers with several ways
   * @throws what the reader throws; `Unsound` where what it gives cannot be
   */
  read(folder: string, index: number): Promise<void>;
}

/** What was read makes no sense. */
export class Unsound extends Error {}

export function sound(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Unsound(what);
}

/** Whole numbers above 0. */
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

export const product = (shape: readonly number[]): number => shape.reduce((all, n) => all * n, 1);

export const isFinite32 = (values: Float32Array): boolean => values.every(Number.isFinite);
