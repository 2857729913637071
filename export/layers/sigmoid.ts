import { activation } from './activation.js';

export const sigmoid = activation<Record<string, never>>('Sigmoid');
