-- Entry point, sourced at start-up: the highlight group, the command, and the events that typing raises.
if vim.g.loaded_hefc then return end
vim.g.loaded_hefc = true
if vim.fn.has('nvim-0.7') == 0 then
  vim.notify('hefc: Neovim 0.7 or newer is needed', vim.log.levels.WARN)
  return
end

vim.cmd('highlight default link HefcGhost Comment')
vim.api.nvim_create_user_command('Hefc', function(call) require('hefc.command').run(call.fargs) end, {
  nargs = '*',
  complete = function(...) return require('hefc.command').complete(...) end,
  desc = 'hefc: status, enable, disable, toggle, explain, restart',
})
require('hefc').start()
