import type { OfferedOption, Place, Value } from './offers.js';

/** What TAB offers after `hefc` in fish. */
export function fishCompletion(places: readonly Place[]): string {
  const names = places.flatMap(({ at }) => (at === '' ? [] : [at]));
  return `
# Is this the command that the words before the cursor lead to?
function __hefc_at
    set -l at
    for word in (commandline --current-process --cut-at-cursor --tokenize)[2..-1]
        contains -- "$at/$word" ${names.join(' ')}; and set at "$at/$word"
    end
    test "$at" = "$argv[1]"
end
complete --command hefc --erase
complete --command hefc --no-files
${places.flatMap(ofPlace).join('\n')}
`;
}

function ofPlace({ at, commands, options, argument }: Place): string[] {
  const here = `complete --command hefc --condition '__hefc_at "${at}"'`;
  return [
    ...commands.map(({ name, description }) => `${here} --arguments ${quoted(name)}${described(description)}`),
    ...(commands.length > 0 || argument === undefined || argument === 'text' ? [] : [`${here} ${values(argument)}`]),
    ...options.map((option) => `${here} ${spelled(option)}${option.value === undefined ? '' : ` --require-parameter ${values(option.value)}`}${described(option.description)}`),
  ];
}

function values(value: Value): string {
  if (value === 'path') return '--force-files';
  return Array.isArray(value) ? `--no-files --arguments ${quoted(value.join(' '))}` : '--no-files';
}

const spelled = ({ flags }: OfferedOption): string => flags.map((flag) => (flag.startsWith('--') ? `--long-option ${flag.slice(2)}` : `--short-option ${flag.slice(1)}`)).join(' ');
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const described = (description: string): string => (description === '' ? '' : ` --description ${quoted(description)}`);
