import { activation } from './activation.js';

export const relu = activation<Record<string, never>>('Relu');
