/** The Node API of evaluation: metrics as pure functions, and the building blocks of reports. */

export { type ModeCoverage, modeCoverage } from './modes.js';
export {
  byError,
  constantImageErrors,
  type ErrorSummary,
  imageErrors,
  type MeanAndStd,
  summariseErrors,
} from './mse.js';
export * from './report.js';
export { type Moments, mergeMoments, momentsOf, noMoments, variance } from './statistics.js';
