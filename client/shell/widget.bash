# hefc in bash: the key that completes the command line, and TAB after hefc. Made by: hefc shell bash
__hefc_left=() __hefc_at=0 __hefc_right= __hefc_shown= __hefc_missed=

__hefc_ask() {
  local flags=(--null --timeout "${HEFC_SHELL_TIMEOUT:-1500}")
  [[ ${HEFC_SHELL_HISTORY-} == 1 ]] && flags+=(--history)
  {
    builtin printf '%s\0%s\0' "$1" "$2"
    [[ ${HEFC_SHELL_HISTORY-} == 1 ]] && HISTTIMEFORMAT= builtin fc -ln -1000 | while IFS= builtin read -r line; do
      builtin printf '%s\0' "${line#"${line%%[![:space:]]*}"}"
    done
  } 2>/dev/null | command hefc suggest "${flags[@]}" 2>/dev/null
}

# bash puts what these two variables hold into the line; nothing here runs what stands in it.
__hefc_suggest() {
  # bash 4 counts the cursor's place in bytes, bash 5 in characters.
  if ((BASH_VERSINFO[0] < 5)); then local LC_ALL=C; fi
  local IFS=$' \t\n' record why= first=1 left=${READLINE_LINE:0:READLINE_POINT} right=${READLINE_LINE:READLINE_POINT}
  if ((${#__hefc_left[@]} > 1)) && [[ $left == "$__hefc_shown" && $right == "$__hefc_right" ]]; then
    # Pressed again: the next one, and what was typed after the last.
    ((__hefc_at = (__hefc_at + 1) % ${#__hefc_left[@]})) || :
  else
    __hefc_left=("$left") __hefc_at=1 __hefc_right=$right
    if ! builtin type -P hefc >/dev/null; then
      why='hefc: the command is not on your PATH any more; install it again, or take its line out of your .bashrc'
    else
      why='hefc: no answer came; try: hefc doctor'
      while IFS= builtin read -r -d '' record; do
        if ((first)); then first=0 why=$record; else __hefc_left+=("$record"); fi
      done < <(__hefc_ask "$left" "$right")
    fi
    if ((${#__hefc_left[@]} == 1)); then
      # Quiet at first; pressed again at the same place, it says why.
      if [[ $__hefc_missed == "$left|$right|" ]]; then builtin printf '%s\n' "$why" >&2; else builtin printf '\a' >&2; fi
      __hefc_missed="$left|$right|"
      return 0
    fi
  fi
  __hefc_missed=
  __hefc_shown=${__hefc_left[__hefc_at]}
  READLINE_LINE=$__hefc_shown$right
  READLINE_POINT=${#__hefc_shown}
}

if ((BASH_VERSINFO[0] < 4)); then
  builtin printf '%s\n' 'hefc: its key needs bash 4 or newer' >&2
elif [[ $- == *i* && -n ${HEFC_SHELL_KEY-\e;} ]]; then
  for __hefc_map in emacs-standard vi-insert; do builtin bind -m "$__hefc_map" -x "\"${HEFC_SHELL_KEY-\e;}\": __hefc_suggest"; done
  unset __hefc_map
fi
