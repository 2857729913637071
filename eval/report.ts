/**
 * The building blocks of a report: each a pure function from data to a piece of HTML; `page` joins them to one
 * self-contained file that loads nothing.
 */
export { type Bar, type BarsOptions, bars } from './report/bars.js';
export { type ComparedMetric, type ComparedValue, type Comparison, comparison } from './report/comparison.js';
export { type CurveOptions, curve, type Reference, type Series } from './report/curve.js';
export { type Figure, figure } from './report/figure.js';
export { type Html, html, join } from './report/html.js';
export { type ImageSize, type ImageTile, images, type Pair, pairs } from './report/images.js';
export type { Bounds } from './report/numbers.js';
export { type Page, page, section } from './report/page.js';
export { type PointGroup, type ScatterOptions, scatter } from './report/scatter.js';
export {
  type Inpainting,
  type Interpolation,
  imageRows,
  inpaintings,
  interpolations,
  type LabelledRow,
} from './report/strip.js';
export { commands, type Fact, facts, notice, table } from './report/table.js';
export { type MetricsRow, series } from './report/training.js';
