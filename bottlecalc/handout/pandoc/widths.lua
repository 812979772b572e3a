-- A table too wide for a line of paper gets the whole of it, and its long columns wrap.
local LINE, SHORT, PADDING = 110, 16, 2
local CHINESE = 0x2E80 -- and beyond it all that is as wide as two letters

local function length(blocks)
  local text = pandoc.utils.stringify(blocks:walk({
    Math = function(math)
      return pandoc.Str((math.text:gsub("\\text", ""):gsub("\\%a+", "."):gsub("[{} ]", "")))
    end,
  }))
  local wide = 0
  for _, code in utf8.codes(text) do
    wide = wide + (code >= CHINESE and 2 or 1)
  end
  return wide
end

local function measure(rows, longest)
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row.cells) do
      longest[i] = math.max(longest[i] or 0, length(cell.contents))
    end
  end
end

function Table(tbl)
  local longest, sum = {}, 0
  measure(tbl.head.rows, longest)
  for _, body in ipairs(tbl.bodies) do
    measure(body.body, longest)
  end
  for _, one in ipairs(longest) do
    sum = sum + one + PADDING
  end
  if sum <= LINE then
    return nil
  end
  local rest, shares = 1, 0
  for _, one in ipairs(longest) do
    if one <= SHORT then
      rest = rest - (one + PADDING) / LINE
    else
      shares = shares + math.sqrt(one)
    end
  end
  for i, one in ipairs(longest) do
    local width = one <= SHORT and (one + PADDING) / LINE or rest * math.sqrt(one) / shares
    tbl.colspecs[i][2] = width
  end
  return tbl
end
