import { activation } from './activation.js';

/** into (-1, 1) */
export const tanh = activation<Record<string, never>>((x, _args, { ops }) => ops.tanh(x));
