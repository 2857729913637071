/** `--set key=value` for a data set's own options; train's longer `data.options.key` is taken too, as its messages name it. */
import { AlixError } from '@alix/infer/io/errors';

/** @throws AlixError 'usage' */
export function dataOptions(settings: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    settings.map((text) => {
      const at = text.indexOf('=');
      const key = text.slice(0, Math.max(0, at)).replace(/^data\.options\./, '');
      if (key === '')
        throw new AlixError('usage', '--set takes key=value', { found: text, remedy: 'for example --set size=64' });
      return [key, parsed(text.slice(at + 1))] as const;
    }),
  );
}

function parsed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
