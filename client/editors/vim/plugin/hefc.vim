" Entry point, sourced at start-up. Neovim has a plugin of its own beside this one.
if has('nvim') || exists('g:loaded_hefc')
  finish
endif
let g:loaded_hefc = 1
if !has('vim9script') || !has('patch-9.0.0185') || !has('channel') || !has('job') || !has('textprop') || !has('timers')
  autocmd VimEnter * ++once echomsg 'hefc: Vim 9.0.0185 or newer with +channel, +job, +textprop and +timers is needed'
  finish
endif

highlight default link HefcGhost Comment

command -nargs=* -complete=customlist,hefc#command#Complete Hefc call hefc#command#Run([<f-args>])

inoremap <silent> <Plug>(hefc-accept) <Cmd>call hefc#typing#Accept()<CR>
inoremap <silent> <Plug>(hefc-accept-line) <Cmd>call hefc#typing#AcceptLine()<CR>
inoremap <silent> <Plug>(hefc-accept-word) <Cmd>call hefc#typing#AcceptWord()<CR>
inoremap <silent> <Plug>(hefc-dismiss) <Cmd>call hefc#typing#Dismiss()<CR>
inoremap <silent> <Plug>(hefc-trigger) <Cmd>call hefc#typing#Trigger()<CR>

augroup hefc
  autocmd!
  autocmd VimEnter,FileType,BufEnter,BufWritePost,BufFilePost * call hefc#server#Serve(bufnr())
  autocmd BufFilePre,BufDelete,BufUnload * call hefc#server#Forget(str2nr(expand('<abuf>')))
  autocmd InsertEnter * call hefc#typing#Begin()
  autocmd TextChangedI,TextChangedP,CursorMovedI * call hefc#typing#Look()
  autocmd CompleteChanged * call hefc#typing#Hide()
  autocmd CompleteDone * call hefc#typing#LookSoon()
  autocmd InsertLeave,BufLeave,WinLeave * call hefc#typing#Dismiss()
  autocmd VimLeavePre * call hefc#server#Stop()
augroup END
