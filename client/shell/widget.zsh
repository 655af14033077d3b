# hefc in zsh: the key that completes the command line, and TAB after hefc. Made by: hefc shell zsh
typeset -ga __hefc_left=()
typeset -g __hefc_right= __hefc_shown= __hefc_missed=
typeset -gi __hefc_at=1

__hefc_ask() {
  local -a flags=(--null --timeout "${HEFC_SHELL_TIMEOUT:-1500}")
  [[ ${HEFC_SHELL_HISTORY-} == 1 ]] && flags+=(--history)
  {
    builtin printf '%s\0%s\0' "$1" "$2"
    if [[ ${HEFC_SHELL_HISTORY-} == 1 ]]; then
      local -i i
      for (( i = HISTCMD > 1000 ? HISTCMD - 1000 : 1; i < HISTCMD; i++ )); do builtin printf '%s\0' "${history[$i]-}"; done
    fi
  } 2>/dev/null | command hefc suggest $flags 2>/dev/null
}

# A widget edits the line; nothing here runs what stands in it.
__hefc_suggest() {
  emulate -L zsh
  local why= left=$LBUFFER right=$RBUFFER
  if (( $#__hefc_left > 1 )) && [[ $left == "$__hefc_shown" && $right == "$__hefc_right" ]]; then
    # Pressed again: the next one, and what was typed after the last.
    (( __hefc_at = __hefc_at % $#__hefc_left + 1 ))
  else
    __hefc_left=("$left") __hefc_at=2 __hefc_right=$right
    if ! builtin whence -p hefc >/dev/null; then
      why='hefc: the command is not on your PATH any more; install it again, or take its line out of your .zshrc'
    else
      local -a records=("${(@0)$(__hefc_ask "$left" "$right")}")
      # Each ends with a NUL, the last one too.
      (( $#records > 1 )) && records[-1]=()
      why=${records[1]:-hefc: no answer came; try: hefc doctor}
      __hefc_left+=("${(@)records[2,-1]}")
    fi
    if (( $#__hefc_left == 1 )); then
      # Quiet at first; pressed again at the same place, it says why.
      if [[ $__hefc_missed == "$left|$right|" ]]; then zle -M "$why"; else zle beep; fi
      __hefc_missed="$left|$right|"
      return 0
    fi
  fi
  __hefc_missed=
  __hefc_shown=$__hefc_left[__hefc_at]
  LBUFFER=$__hefc_shown
  RBUFFER=$right
}

if [[ -o interactive ]]; then
  zle -N hefc-suggest __hefc_suggest
  if [[ -n ${HEFC_SHELL_KEY-\\e;} ]]; then
    bindkey -M emacs "${HEFC_SHELL_KEY-\\e;}" hefc-suggest
    bindkey -M viins "${HEFC_SHELL_KEY-\\e;}" hefc-suggest
  fi
fi
