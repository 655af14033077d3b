# hefc in Kakoune: the rest of the line as grey text at the cursor while you type, by `hefc complete`.

declare-option -docstring 'the command that completes' str hefc_cmd hefc
declare-option -docstring 'milliseconds a completion may take' int hefc_timeout 1000
declare-option -docstring 'nothing less likely to be the line meant is shown: 0 to 1' str hefc_confidence 0.2
declare-option -docstring 'key of Insert mode that takes the grey text while it stands' str hefc_key <tab>

set-face global HefcGhost comment

# Where the answer under way belongs: timestamp, line and column; empty: nowhere.
declare-option -hidden str hefc_place
# What is still to be written of the grey text.
declare-option -hidden str hefc_rest
declare-option -hidden range-specs hefc_ghost
# The last trouble that was told.
declare-option -hidden str hefc_told

define-command hefc-enable-window -docstring 'complete in this window while typing' %{
    hefc-disable-window
    add-highlighter window/hefc replace-ranges hefc_ghost
    hook -group hefc window InsertIdle .* hefc-complete
    hook -group hefc window ModeChange 'pop:insert:.*' hefc-dismiss
}

define-command hefc-disable-window -docstring 'complete no longer in this window' %{
    remove-hooks window hefc
    try %{ remove-highlighter window/hefc }
    hefc-dismiss
}

define-command hefc-complete -docstring 'ask for a completion at the cursor of Insert mode' %{
    evaluate-commands %sh{
        place="$kak_timestamp $kak_cursor_line $kak_cursor_column"
        # Asked already, or several cursors, or no file.
        [ -z "$kak_opt_hefc_rest" ] && [ "$place" != "$kak_opt_hefc_place" ] || exit 0
        [ "${kak_selections_desc#* }" = "$kak_selections_desc" ] && [ "${kak_buffile#/}" != "$kak_buffile" ] || exit 0
        folder=$(mktemp -d "${TMPDIR:-/tmp}/hefc-kak.XXXXXX") || exit 0
        printf "set-option window hefc_place '%s'\n" "$place"
        printf "evaluate-commands -no-hooks %%{ write -sync '%s/buffer' }\n" "$folder"
        printf "hefc-ask '%s'\n" "$folder"
    }
}

define-command -hidden hefc-ask -params 1 %{
    nop %sh{
        {
            # Kakoune counts columns in bytes from 1, hefc in UTF-16 code units from 0.
            bytes=$(sed -n "${kak_cursor_line}p" "$1/buffer" | head -c $((kak_cursor_column - 1)) | iconv -f UTF-8 -t UTF-16LE | wc -c)
            text=$("$kak_opt_hefc_cmd" complete --file "$kak_buffile" --line "$kak_cursor_line" --column $((bytes / 2)) --timeout "$kak_opt_hefc_timeout" --min-confidence "$kak_opt_hefc_confidence" --stdin <"$1/buffer" 2>"$1/fault")
            code=$?
            fault=$(tail -n 1 "$1/fault")
            rm -r "$1"
            quote() { printf %s "$1" | sed "s/'/''/g"; }
            if [ -n "$text" ]; then
                command="hefc-show '$kak_timestamp $kak_cursor_line $kak_cursor_column' '$(quote "$text")'"
            elif [ "$code" = 0 ] || [ "$code" = 4 ] || [ "$code" = 5 ]; then
                # Nothing to add, in no repository, or out of time.
                exit 0
            elif [ "$code" = 127 ]; then
                command="hefc-tell '$(quote "hefc: there is no $kak_opt_hefc_cmd on the PATH of Kakoune; install it, or set-option global hefc_cmd")'"
            else
                command="hefc-tell '$(quote "$fault")'"
            fi
            printf "evaluate-commands -client '%s' '%s'\n" "$kak_client" "$(quote "$command")" | kak -p "$kak_session"
        } </dev/null >/dev/null 2>&1 &
    }
}

define-command -hidden hefc-tell -params 1 %{
    evaluate-commands %sh{ [ "$1" = "$kak_opt_hefc_told" ] || printf 'set-option global hefc_told %%arg{1}\necho -markup "{Error}%%opt{hefc_told}"\necho -debug %%arg{1}\n' }
}

# The place where the text belongs, and the text.
define-command -hidden hefc-show -params 2 %{
    evaluate-commands %sh{
        [ "$1" = "$kak_opt_hefc_place" ] && [ "$1" = "$kak_timestamp $kak_cursor_line $kak_cursor_column" ] || exit 0
        printf 'set-option window hefc_rest %%arg{2}\nhefc-draw\n'
        printf 'map window insert %s "<a-;>:hefc-accept<ret>"\n' "$kak_opt_hefc_key"
        printf 'hook -group hefc-ghost window InsertChar .* hefc-follow\n'
        printf 'hook -group hefc-ghost window InsertDelete .* hefc-dismiss\n'
        printf 'hook -group hefc-ghost window InsertMove .* hefc-dismiss\n'
    }
}

# The first line of the rest, with a sign where more follow.
define-command -hidden hefc-draw %{
    evaluate-commands %sh{
        first=$(printf %s "$kak_opt_hefc_rest" | head -n 1)
        [ "$first" = "$kak_opt_hefc_rest" ] || first="$first …"
        # Escaped for markup, for ranges and for quotes, from the inside out.
        shown=$(printf %s "$first" | sed 's/[\\{]/\\&/g; s/[\\|]/\\&/g' | sed "s/'/''/g") # } pairs the brace
        printf "set-option window hefc_ghost %s '%s.%s+0|{HefcGhost}%s'\n" "$kak_timestamp" "$kak_cursor_line" "$kak_cursor_column" "$shown"
    }
}

# What was typed is taken off the rest; where it is something else, the grey text goes.
define-command -hidden hefc-follow %{
    evaluate-commands %sh{
        rest=${kak_opt_hefc_rest#"$kak_hook_param"}
        if [ -n "$rest" ] && [ "$rest" != "$kak_opt_hefc_rest" ]; then
            printf "set-option window hefc_rest '%s'\nhefc-draw\n" "$(printf %s "$rest" | sed "s/'/''/g")"
        else
            echo hefc-dismiss
        fi
    }
}

define-command hefc-dismiss -docstring 'take the grey text away' %{
    set-option window hefc_rest ''
    set-option window hefc_ghost
    remove-hooks window hefc-ghost
    unmap window insert %opt{hefc_key}
}

# As a paste does it: no hook indents anew what is written.
define-command -hidden hefc-write -params 1 %{
    evaluate-commands -draft -no-hooks -save-regs '"' %{
        set-register dquote %arg{1}
        execute-keys ';P'
    }
}

define-command hefc-accept -docstring 'write the grey text' %{
    evaluate-commands %sh{ [ -z "$kak_opt_hefc_rest" ] || printf 'hefc-write %%opt{hefc_rest}\nhefc-dismiss\n' }
}

define-command hefc-accept-word -docstring 'write the first word of the grey text' %{
    evaluate-commands %sh{
        [ -n "$kak_opt_hefc_rest" ] || exit 0
        word=$(printf %s "$kak_opt_hefc_rest" | head -n 1 | sed -E 's/^([[:space:]]*([[:alnum:]_]+|[^[:alnum:]_[:space:]]+)).*/\1/')
        [ -n "$word" ] || word=$kak_opt_hefc_rest
        rest=${kak_opt_hefc_rest#"$word"}
        quote() { printf %s "$1" | sed "s/'/''/g"; }
        printf "hefc-write '%s'\n" "$(quote "$word")"
        [ -n "$rest" ] && printf "set-option window hefc_rest '%s'\nhefc-draw\n" "$(quote "$rest")" || echo hefc-dismiss
    }
}
