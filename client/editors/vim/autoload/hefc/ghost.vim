vim9script
# The suggestion as grey text at the cursor: virtual text of a property type of its own.

const TYPE = 'hefc'

if prop_type_get(TYPE) == {}
  prop_type_add(TYPE, {highlight: 'HefcGhost'})
endif

# Virtual text shows a tab as two signs: spaces up to the tab stop, from a column of the screen on.
def WithoutTabs(text: string, from: number): string
  var shown = ''
  for part in split(text, '\t\zs')
    const plain = substitute(part, '\t$', '', '')
    shown ..= plain
    if plain !=# part
      shown ..= repeat(' ', strdisplaywidth("\t", from + strdisplaywidth(shown, from)))
    endif
  endfor
  return shown
enddef

export def Clear(buf: number)
  if bufloaded(buf)
    prop_remove({type: TYPE, bufnr: buf, all: true})
  endif
enddef

# Draws the text, several lines where it has them.
export def Draw(at: dict<number>, text: string)
  Clear(at.buf)
  const lines = split(text, "\n", true)
  if lines[0] != ''
    prop_add(at.line, at.col, {type: TYPE, text: WithoutTabs(lines[0], virtcol('.') - 1)})
  endif
  for line in lines[1 :]
    # An empty text is none.
    prop_add(at.line, 0, {type: TYPE, text: line == '' ? ' ' : WithoutTabs(line, 0), text_align: 'below'})
  endfor
enddef
