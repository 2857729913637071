import { activation } from './activation.js';

export const leakyRelu = activation<{ readonly slope: number }>('LeakyRelu', ({ slope }) => ({
  alpha: { float: slope },
}));
