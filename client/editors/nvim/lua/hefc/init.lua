-- What users call: setup, the keys' functions, switches and the status line.
local options = require('hefc.options')
local server = require('hefc.server')
local switch = require('hefc.switch')
local typing = require('hefc.typing')

local M = {}

--- Sets options; :help hefc-options lists them. May be called at any time, and again: what is not named goes back to
--- its default. A wrong value is told and left out.
function M.setup(given)
  for _, fault in ipairs(options.set(given)) do
    vim.notify('hefc: ' .. fault, vim.log.levels.ERROR)
  end
  if vim.g.loaded_hefc then M.start() end
end

--- Listens to typing and serves the buffers that are open, anew where it did already.
function M.start()
  switch.set(options.current.enabled)
  typing.listen()
  server.restart()
end

--- Each of these acts on the ghost text, and returns false where none stands.
M.accept = typing.accept
M.accept_line = typing.accept_line
M.accept_word = typing.accept_word
M.dismiss = typing.dismiss
--- Asks for a suggestion at the cursor at once.
M.trigger = typing.trigger

--- Of all buffers, or of one (0: the current).
M.enable = function(buf)
  switch.set(true, buf)
  server.serve(vim.api.nvim_get_current_buf())
end
M.disable = function(buf)
  switch.set(false, buf)
  typing.dismiss()
end
M.toggle = function(buf)
  if switch.on(buf) then M.disable(buf) else M.enable(buf) end
end

--- A word or two for the status line: %{v:lua.require'hefc'.statusline()}
function M.statusline()
  if switch.why_off(vim.api.nvim_get_current_buf()) then return 'hefc off' end
  if server.trouble then return 'hefc stopped' end
  if server.indexing then return ('hefc indexing %d%%'):format(server.indexing) end
  return (typing.asking() or not server.ready()) and 'hefc …' or 'hefc'
end

return M
