/** Completion for fish. */
import type { Flag, Values, Verb } from './verbs.js';

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** @param verbs alix itself first */
export function fish(verbs: readonly Verb[]): string {
  const paths = verbs.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  const lines = verbs.flatMap(({ path, verbs: below, flags, operands }) => {
    const start = ['complete -c alix', ...(path.length > 0 ? ['-n', quoted(`__alix_in ${path.join(' ')}`)] : [])].join(
      ' ',
    );
    const here = `complete -c alix -n ${quoted(path.length > 0 ? `__alix_in ${path.join(' ')}` : '__alix_in')}`;
    const [first] = operands;
    return [
      ...below.map(({ name, description }) => `${here} -f -a ${name} -d ${quoted(description)}`),
      ...flags.map((flag) => `${start} ${flagWords(flag)}`),
      ...(first && first.words.length > 0 ? [`${here} ${valueWords(first, '')}`] : []),
      ...(!operands.some(({ files }) => files) ? [`${here} -f`] : []),
    ];
  });
  return `# alix: completion for fish
set -g __alix_paths ${paths.join(' ')}

function __alix_in -d 'whether the verb that was typed is this one'
    set -l words (commandline -opc)
    set -l path
    set -l before
    for word in $words[2..-1]
        if test "$before" = --config
            set before
            continue
        end
        set before $word
        if string match -q -- '-*' $word
            continue
        end
        if contains -- (string join ' ' -- $path $word) $__alix_paths
            set path $path $word
        else
            break
        end
    end
    test (string join ' ' -- $path | string collect --allow-empty) = "$argv"
end

${[...new Set(lines)].join('\n')}
`;
}

function flagWords({ names, description, value }: Flag): string {
  const letters = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...letters, ...(value ? [valueWords(value, '-r')] : []), `-d ${quoted(description)}`].join(' ');
}

function valueWords({ words, files, endings }: Values, required: string): string {
  // fish lists the files of such an end first, then folders and the others
  const found = files && endings ? endings.map((end) => `(__fish_complete_suffix ${end})`) : [];
  const kind = [required, found.length > 0 ? '-k -f' : files ? '-F' : '-f'].filter(Boolean).join(' ');
  const all = [...words, ...found];
  return all.length > 0 ? `${kind} -a ${quoted(all.join(' '))}` : kind;
}
