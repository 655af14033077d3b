-- One suggestion, and how what is typed follows it.
local M = {}

--- Of the cursor's place: the buffer, its state, and 0-based row and column in bytes.
function M.here()
  local buf = vim.api.nvim_get_current_buf()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  return { buf = buf, tick = vim.api.nvim_buf_get_changedtick(buf), row = row - 1, col = col }
end

local function line(buf, row)
  return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
end

--- `command`: tells the server that the text was taken whole.
function M.new(at, text, command)
  local text_of_line = line(at.buf, at.row)
  return {
    buf = at.buf,
    row = at.row,
    col = at.col,
    text = text,
    command = command,
    left = text_of_line:sub(1, at.col),
    right = text_of_line:sub(at.col + 1),
    lines = vim.api.nvim_buf_line_count(at.buf),
    --- Bytes of the text that stand in the buffer.
    written = 0,
  }
end

--- What is left to write; nil where the buffer or the cursor went another way, or something was deleted.
function M.follow(one, at)
  local buf, row, col = at.buf, at.row, at.col
  if buf ~= one.buf or row < one.row or (row == one.row and col < one.col) then return nil end
  if vim.api.nvim_buf_line_count(buf) - one.lines ~= row - one.row then return nil end
  if line(buf, one.row):sub(1, one.col) ~= one.left or line(buf, row):sub(col + 1) ~= one.right then return nil end
  local written = table.concat(vim.api.nvim_buf_get_text(buf, one.row, one.col, row, col, {}), '\n')
  if #written < one.written or one.text:sub(1, #written) ~= written then return nil end
  one.written = #written
  return one.text:sub(#written + 1)
end

--- The first word: white space, then letters of a name or other signs.
function M.word(rest)
  local stop = vim.fn.matchend(rest, [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)]])
  return stop > 0 and rest:sub(1, stop) or rest
end

--- The first line; where that has ended, its end and the next one.
function M.line(rest)
  return rest:match('^\n?[^\n]*')
end

return M
