/** What a recipe is: objective, architecture, data and optimiser together, as the parts of a configuration that differ. */
import type { PartialConfig } from '../config.js';

export interface Recipe {
  readonly name: string;
  readonly title: string;
  /** The paper's row that it reproduces, or what it is for. */
  readonly source: string;
  /** The paper whose results it reproduces, e.g. 'AIM (ICLR 2019 submission)'. */
  readonly paper?: string;
  /** Table and row there, e.g. 'Table 1, MNIST'. */
  readonly table?: string;
  /** True for the recipe that the objective's bare name stands for. */
  readonly isDefault?: boolean;
  readonly config: PartialConfig;
}
