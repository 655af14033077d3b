-- Loaded by the tests into Neovim: answers what they ask over a socket, in the form of Vim's JSON channel.
local buffered = ''
local channel

local function answer(line)
  local kind, text, id = unpack(vim.fn.json_decode(line))
  if kind == 'ex' then return vim.cmd(text) end
  local ok, value = pcall(vim.fn.eval, text)
  if not ok then value = 'ERROR ' .. value end
  vim.fn.chansend(channel, vim.fn.json_encode({ id, value }) .. '\n')
end

channel = vim.fn.sockconnect('pipe', vim.env.HEFC_TEST_SOCKET, {
  on_data = function(_, data)
    data[1] = buffered .. data[1]
    buffered = table.remove(data)
    for _, line in ipairs(data) do answer(line) end
  end,
})

--- Text of the marks that stand in the buffer, line by line.
function _G.hefc_test_ghost()
  local lines = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('hefc'), 0, -1, { details = true })) do
    table.insert(lines, mark[4].virt_text[1][1])
    for _, line in ipairs(mark[4].virt_lines or {}) do table.insert(lines, line[1][1]) end
  end
  return table.concat(lines, '\n')
end
