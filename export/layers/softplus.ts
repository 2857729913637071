import { activation } from './activation.js';

export const softplus = activation<Record<string, never>>('Softplus');
