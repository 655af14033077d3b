-- Run by editors.test.ts in a headless Neovim of any version from 0.7, after the configuration of docs/editors.md: types
-- a line's beginning below the last line, asks for completion, takes the item and writes the buffer.
local function when(condition, action)
  local timer = vim.loop.new_timer()
  timer:start(50, 50, vim.schedule_wrap(function()
    if timer:is_closing() or not condition() then return end
    timer:close()
    action()
  end))
end

vim.o.autoindent = false
vim.bo.indentexpr = ''
when(function() return next(vim.lsp.buf_get_clients(0)) ~= nil end, function()
  vim.api.nvim_input('Go' .. vim.env.HEFC_TEST_TYPED .. '<C-x><C-o>')
  when(function() return vim.fn.pumvisible() == 1 end, function()
    vim.api.nvim_input('<C-y><Esc>')
    when(function() return vim.api.nvim_get_mode().mode == 'n' end, function()
      vim.cmd('silent write')
      vim.cmd('quitall!')
    end)
  end)
end)
