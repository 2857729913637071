import { activation } from './activation.js';

export const tanh = activation<Record<string, never>>('Tanh');
