-- What Typst is to be told: what drawings and formulas say, and what stays on one page.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. "/?.lua;" .. package.path
local formula = require("formula")

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

local function written(block)
  return (pandoc.write(pandoc.Pandoc({ block }), "typst"):gsub("%s+$", ""))
end

function Image(image)
  local alt = pandoc.utils.stringify(image.caption)
  local call = "#shown(%s, %s);"
  return pandoc.RawInline("typst", call:format(quoted(image.src), quoted(alt)))
end

function Math(math)
  local is_block = tostring(math.mathtype == "DisplayMath")
  local alt, body = quoted(formula.spoken(math.text)), written(pandoc.Plain({ math }))
  local call = "#math.equation(block: %s, alt: %s, %s);"
  return pandoc.RawInline("typst", call:format(is_block, alt, body))
end

-- An exercise and the room for its answer.
function OrderedList(list)
  for _, item in ipairs(list.content) do
    if #item > 1 then
      table.insert(item, 1, pandoc.RawBlock("typst", "#block(breakable: false)["))
      table.insert(item, pandoc.RawBlock("typst", "]"))
    end
  end
  return list
end

-- What announces a table or a formula stands on the same page.
local function announces(block, next)
  local text = block.t == "Para" and pandoc.utils.stringify(block) or ""
  return next and next.t == "Table" and (text:match(":$") or text:match("：$"))
end

function Blocks(blocks)
  local all = pandoc.Blocks({})
  for place, block in ipairs(blocks) do
    if announces(block, blocks[place + 1]) then
      all:insert(pandoc.RawBlock("typst", "#block(sticky: true)["))
      all:insert(block)
      all:insert(pandoc.RawBlock("typst", "]"))
    else
      all:insert(block)
    end
  end
  return all
end
