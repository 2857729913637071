import { activation } from './activation.js';

/** log(1 + exp(x)), positive */
export const softplus = activation<Record<string, never>>((x, _args, { ops }) => ops.softplus(x));
