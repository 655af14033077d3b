#!/bin/sh
# Tells the hefc daemon that this repository moved: one line "<hook> TAB <common git dir> TAB <work tree>" goes to the
# spool file, nothing else happens. The installer copies the part between the marks into each Git hook and writes the
# hook's name into it; a hook in another language may run this file instead: sh shim.sh post-commit
#
# The whole part is one subshell with every stream closed off, so the hook around it keeps its variables, options,
# arguments, standard input and exit status, under `set -eu` too. Only shell built-ins run: no program is started. The
# place is found anew each time, so moved repositories and linked worktrees work.
#
# A commit that a rebase makes is not told: the rebase's own post-checkout and post-rewrite are, and the daemon waits for
# its end whatever it hears. Not even the subshell is started then, for a hundred of them are felt. Other sequences
# (cherry-pick, revert, am) end without a hook of their own, so each of their commits is told.
# >>> hefc >>>
[ "${1-}" = post-commit ] && [ -d "${GIT_DIR:-.git}/rebase-merge" ] || (
  set +eu
  hook=${1-}
  umask 077
  CDPATH=
  top=$PWD
  tab='	'
  line='
'
  dir=${GIT_DIR:-.git}
  if [ -f "$dir" ]; then
    IFS= read -r dir <"$dir"
    dir=${dir#gitdir: }
  fi
  cd -P "$dir" || exit 0
  if [ -f commondir ]; then
    IFS= read -r common <commondir
    cd -P "$common" || exit 0
  fi
  common=$PWD
  case $common$top in *"$tab"* | *"$line"*) exit 0 ;; esac
  # A link, a pipe or a device could make the write wait or land elsewhere.
  if [ -h hefc ] || [ -h hefc/spool ]; then exit 0; fi
  if [ -e hefc/spool ] && [ ! -f hefc/spool ]; then exit 0; fi
  cd hefc || exit 0
  # A backlog over 1 MB (2 by the blocks of some shells) helps nobody, for the daemon looks at the refs themselves when it starts: writing past it fails.
  trap '' XFSZ
  ulimit -f 1900
  printf '%s\t%s\t%s\n' "$hook" "$common" "$top" >>spool
) </dev/null >/dev/null 2>&1 || :
# <<< hefc <<<
