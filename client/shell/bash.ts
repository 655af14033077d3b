import type { Place, Value } from './offers.js';

/** What TAB offers after `hefc` in bash. */
export function bashCompletion(places: readonly Place[]): string {
  return `
__hefc_complete() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at= words= i
  # bash takes --option=value apart at the sign.
  if [[ $word == '=' ]]; then word=; elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
      ${places.flatMap(({ at }) => (at === '' ? [] : [at])).join('|')}) at=$at/\${COMP_WORDS[i]} ;;
    esac
  done
  COMPREPLY=()
  case "$at $previous" in
${places.flatMap(({ at, options }) => options.filter(({ value }) => value !== undefined).map(({ flags, value }) => `    ${flags.map((flag) => `'${at} ${flag}'`).join('|')}) ${reply(value)}; return ;;`)).join('\n')}
  esac
  if [[ $word == -* ]]; then
    case "$at" in
${places.map(({ at, options }) => `      '${at}') words='${options.flatMap(({ flags }) => flags).join(' ')}' ;;`).join('\n')}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    return
  fi
  case "$at" in
${places.map((place) => `    '${place.at}') ${withoutDash(place)} ;;`).join('\n')}
  esac
}
complete -F __hefc_complete hefc
`;
}

function reply(value: Value): string {
  if (value === 'path') return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word")`;
  return Array.isArray(value) ? `COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$word"))` : ':';
}

/** Commands, or what the argument takes; options where there is neither. */
function withoutDash({ commands, options, argument }: Place): string {
  if (commands.length > 0) return reply(commands.map(({ name }) => name));
  return reply(argument ?? options.flatMap(({ flags }) => flags));
}
