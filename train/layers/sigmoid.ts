import { activation } from './activation.js';

/** 1 / (1 + exp(-x)), into (0, 1) */
export const sigmoid = activation<Record<string, never>>((x, _args, { ops }) => ops.sigmoid(x));
