-- Where hefc completes: the global switch, that of a buffer, and the kinds of buffers.
local options = require('hefc.options')

local M = {}

--- The language server completes nothing larger; sending it would only cost memory. Bytes.
local LARGEST = 1024 * 1024

local enabled = true

--- Of all buffers, or of one: 0 is the current.
function M.set(on, buf)
  if buf then
    vim.b[buf].hefc = on
  else
    enabled = on
  end
end

function M.on(buf)
  if not buf then return enabled end
  local own = vim.b[buf].hefc
  return own == nil and enabled or own == true
end

local function wanted(kinds, kind)
  if kinds[kind] ~= nil then return kinds[kind] end
  return kinds['*'] == true
end

--- Why nothing is offered in a buffer, in a few words; nil where something is. A buffer switched on by name is
--- completed whatever its file type.
function M.why_off(buf)
  local own = vim.b[buf].hefc
  local name = vim.api.nvim_buf_get_name(buf)
  local kind = vim.bo[buf]
  if not enabled then return 'switched off; on again with :Hefc enable' end
  if own == false then return 'switched off in this buffer; on again with :Hefc enable buffer' end
  if not wanted(options.current.buftypes, kind.buftype) then return 'buffers of type ' .. kind.buftype .. ' are not completed' end
  if own == nil and not wanted(options.current.filetypes, kind.filetype) then
    return 'file type ' .. kind.filetype .. ' is switched off; on here with :Hefc enable buffer'
  end
  if name == '' then return 'the buffer has no file name yet' end
  if name:match('^%a[%w+.-]+://') then return 'the buffer is no file on this machine' end
  if vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) > LARGEST then return 'the file is larger than 1 MiB' end
  return nil
end

return M
