import { activation } from './activation.js';

/** max(x, 0) */
export const relu = activation<Record<string, never>>((x, _args, { ops }) => ops.relu(x));
