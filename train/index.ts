/** The Node API of training: `configure` makes a configuration, `runTraining` trains it, `openTrained` opens what came of it. */

export { architectures } from './architectures/index.js';
export type { Best } from './checkpoint.js';
export { type CheckpointChoice, newestCheckpoint } from './checkpoints.js';
export { type PartialConfig, parseAssignment, type RunConfig, resolveConfig } from './config.js';
export { configure } from './configure.js';
export { design } from './design.js';
export { extensionConfig } from './extensions/config.js';
export { loadExtensions, openExtension } from './extensions/index.js';
export { readMetrics } from './metrics-log.js';
export { objectives } from './objectives/index.js';
export { recipes } from './recipes/index.js';
export { type RunRequest, type RunResult, runTraining } from './run.js';
export { readRun } from './run-folder.js';
export { openTrained, type TrainedRun } from './trained.js';
export type { Progress, TrainResult } from './trainer.js';
