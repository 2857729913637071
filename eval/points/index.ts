/** Models of points. */
export {
  type EvalPoints,
  evaluatePoints,
  type PointEvaluation,
  type PointMetrics,
  type PointSettings,
  pointsOf,
} from './evaluate.js';
export { pointReport } from './page.js';
export { type PointRecord, pointRecord, pointRows } from './record.js';
