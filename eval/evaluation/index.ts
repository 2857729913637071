/** An evaluation as a whole, in Node and in pages. */
export { type CollectFeaturesOptions, collectFeatures } from './collect-features.js';
export { compareRecords, consequenceOf, type Difference, type EvalComparison, type NamedRecord } from './compare.js';
export { type EvaluateOptions, type Evaluation, evaluate, type SkippedMetric } from './evaluate.js';
export { type Gallery, makeGallery } from './gallery.js';
export { type ClassLabels, type EvalImages, imagesInMemory } from './images.js';
export {
  type Drawn,
  defaultSettings,
  type Group,
  type ImageBatch,
  type Measure,
  type Naming,
  type OpenMeasure,
  type Pass,
  type Recorded,
  type Recorder,
  type ReferenceSet,
  type Row,
  type SampleBatch,
  type Settings,
  type Subject,
} from './measure.js';
export { measures } from './measures/index.js';
export { allOptions, type MetricOption, parseOptions } from './options.js';
export { type ComparedPictures, compareReport } from './page/compare.js';
export { evalReport, shortInterval, shortNumber, warningsOf } from './page.js';
export type { PartStore } from './parts.js';
export { type CheckpointCurves, type EvalRecord, evalRecord, type Origin, rowsOf } from './record.js';
