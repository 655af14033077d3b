# hefc in fish: the key that completes the command line, and TAB after hefc. Made by: hefc shell fish
set -g __hefc_left
set -g __hefc_at 1
set -g __hefc_right ''
set -g __hefc_shown ''
set -g __hefc_missed ''

function __hefc_ask
    set -l flags --null --timeout 1500
    test -n "$HEFC_SHELL_TIMEOUT"; and set flags[3] $HEFC_SHELL_TIMEOUT
    test "$HEFC_SHELL_HISTORY" = 1; and set -a flags --history
    begin
        printf '%s\0%s\0' $argv[1] $argv[2]
        test "$HEFC_SHELL_HISTORY" = 1; and builtin history search --null --reverse --max=1000
    end 2>/dev/null | command hefc suggest $flags 2>/dev/null
end

# commandline edits the line; nothing here runs what stands in it.
function __hefc_suggest
    # Line by line: what a substitution gives as one string has lost its last line breaks.
    set -l lines (commandline --cut-at-cursor)
    set -l rest (commandline --current-buffer)
    set rest $rest[(count $lines)..-1]
    set -l left "$lines[1]"
    for line in $lines[2..-1]
        set left $left\n$line
    end
    set -l right (string sub --start (math 1 + (string length -- "$lines[-1]")) -- "$rest[1]")
    for line in $rest[2..-1]
        set right $right\n$line
    end
    if test (count $__hefc_left) -gt 1 -a "$left" = "$__hefc_shown" -a "$right" = "$__hefc_right"
        # Pressed again: the next one, and what was typed after the last.
        set __hefc_at (math $__hefc_at % (count $__hefc_left) + 1)
    else
        set -l why
        set __hefc_left "$left"
        set __hefc_at 2
        set __hefc_right "$right"
        if not command --query hefc
            set why 'hefc: the command is not on your PATH any more; install it again, or take its line out of your config.fish'
        else
            set -l records (__hefc_ask "$left" "$right" | string split0)
            set why $records[1]
            test -n "$why"; or set why 'hefc: no answer came; try: hefc doctor'
            set -a __hefc_left $records[2..-1]
        end
        if test (count $__hefc_left) -eq 1
            # Quiet at first; pressed again at the same place, it says why.
            if test "$__hefc_missed" = "$left|$right|"
                printf '\n%s\n' $why >&2
                commandline --function repaint
            else
                printf '\a' >&2
            end
            set __hefc_missed "$left|$right|"
            return
        end
    end
    set __hefc_missed ''
    set __hefc_shown $__hefc_left[$__hefc_at]
    commandline --replace -- "$__hefc_shown$__hefc_right"
    commandline --cursor (string length -- "$__hefc_shown")
end

if status is-interactive
    set -q HEFC_SHELL_KEY; or set -l HEFC_SHELL_KEY '\e;'
    if test -n "$HEFC_SHELL_KEY"
        bind (string unescape -- $HEFC_SHELL_KEY) __hefc_suggest
        bind --mode insert (string unescape -- $HEFC_SHELL_KEY) __hefc_suggest
    end
end
