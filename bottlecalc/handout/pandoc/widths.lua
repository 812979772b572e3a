-- A table too wide for a line of paper gets the whole of it, shared out as browsers do: each
-- column at least its longest word, and of what is left the more, the more it holds.
-- Metadata: letters, of a table's text in a line; all-widths, for readers that share nothing out.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. "/?.lua;" .. package.path
local formula = require("formula")
local PADDING, LONG = 2, 12
local BREAKS = { [0x2D] = true, [0x200B] = true } -- a hyphen, and a space of no width
local CHINESE = 0x2E80 -- and beyond it all that is as wide as two letters, and may be parted

local function plain(blocks)
  return pandoc.utils.stringify(blocks:walk({
    Math = function(math) return pandoc.Str(formula.spoken(math.text)) end,
  }))
end

-- Names of many parts may be parted after each.
local function parted(blocks)
  return blocks:walk({
    Str = function(str)
      return #str.text > LONG and pandoc.Str((str.text:gsub("%.(%a)", ".\u{200B}%1"))) or nil
    end,
  })
end

-- The length of a text, and of its longest word.
local function measure(text)
  local all, word, longest = 0, 0, 0
  for _, code in utf8.codes(text) do
    local is_wide = code >= CHINESE
    all = all + (is_wide and 2 or 1)
    word = is_wide and 2 or code ~= 32 and word + 1 or 0
    longest = math.max(longest, word)
    word = BREAKS[code] and 0 or word
  end
  return all, longest
end

local function widen(rows, most, least)
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row.cells) do
      cell.contents = parted(cell.contents)
      local all, word = measure(plain(cell.contents))
      most[i] = math.max(most[i] or 0, all + PADDING)
      least[i] = math.max(least[i] or 0, word + PADDING)
    end
  end
end

local function sum(list)
  local total = 0
  for _, one in ipairs(list) do
    total = total + one
  end
  return total
end

local function shares(tbl, line)
  local most, least = {}, {}
  widen(tbl.head.rows, most, least)
  for _, body in ipairs(tbl.bodies) do
    widen(body.body, most, least)
  end
  local room, wanted = line - sum(least), sum(most) - sum(least)
  local part = wanted > 0 and math.max(0, math.min(1, room / wanted)) or 0
  for i, one in ipairs(least) do
    least[i] = (one + (most[i] - one) * part) / math.max(line, sum(least))
  end
  return least, sum(most) > line
end

function Pandoc(doc)
  local line = tonumber(pandoc.utils.stringify(doc.meta.letters))
  return doc:walk({
    Table = function(tbl)
      local widths, is_too_wide = shares(tbl, line)
      if is_too_wide or doc.meta["all-widths"] then
        for i, width in ipairs(widths) do
          tbl.colspecs[i][2] = width
        end
      end
      return tbl
    end,
  })
end
