vim9script
# What users call.

import autoload './hefc/server.vim'
import autoload './hefc/switch.vim'
import autoload './hefc/typing.vim'

# A word or two for the status line: %{hefc#Statusline()}
export def Statusline(): string
  if switch.WhyOff(bufnr()) != ''
    return 'hefc off'
  elseif server.Trouble() != ''
    return 'hefc stopped'
  elseif server.Indexing() >= 0
    return $'hefc indexing {server.Indexing()}%'
  endif
  return typing.Asking() || !server.Ready() ? 'hefc …' : 'hefc'
enddef
