/** --compat, whose choices are @alix/eval's own table; where that package is missing help is still shown, and the verb says what it lacks. */
import { Option } from 'commander';

const tools: readonly string[] = await import('@alix/eval/compat/tools').then(
  ({ compatTools }) => compatTools,
  (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return [];
    throw error;
  },
);

/** @param description of what the verb takes from the tool */
export function compatOption(description: string): Option {
  const option = new Option('--compat <tool>', description);
  return tools.length > 0 ? option.choices(tools) : option;
}
