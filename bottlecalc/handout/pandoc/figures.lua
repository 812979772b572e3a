-- Drawings and the paragraph after them, "**Figure 1.** …", are one figure with its caption; of
-- more than fit on a page (metadata: drawings), the last.
local most = 2
local SPACE = { Space = true, SoftBreak = true }

local function is_drawn(block)
  local drawings = 0
  for _, one in ipairs(block.t == "Para" and block.content or {}) do
    if one.t == "Image" then
      drawings = drawings + 1
    elseif not SPACE[one.t] then
      return false
    end
  end
  return drawings > 0
end

local function is_caption(block)
  local first = block and block.t == "Para" and block.content[1]
  return first and first.t == "Strong" and pandoc.utils.stringify(first):match("%d") ~= nil
end

local function is_image(one)
  return one.t == "Image"
end

local function latex(text)
  return pandoc.RawBlock("latex", text)
end

local function styled(block, style)
  return pandoc.Div(block, { ["custom-style"] = style })
end

local FIGURES = {
  docx = function(drawings, caption) -- a figure of pandoc's is a table, which LibreOffice cuts
    return {
      styled(pandoc.Para(drawings), "Captioned Figure"), styled(caption, "Image Caption"),
    }
  end,
  latex = function(drawings, caption) -- whose figures float
    local all = pandoc.Blocks({ latex("\\begin{samepage}") })
    for _, image in ipairs(drawings:filter(is_image)) do
      all:extend({ pandoc.Para(image), latex("\\nopagebreak") })
    end
    all:extend({ caption, latex("\\end{samepage}") })
    return all
  end,
}

local function figure(drawings, caption)
  local special = FIGURES[FORMAT]
  return special and special(drawings, caption)
    or { pandoc.Figure({ pandoc.Plain(drawings) }, { caption }) }
end

local function together(paragraph, caption)
  local all, some = pandoc.Blocks({}), pandoc.Inlines({})
  for _, image in ipairs(paragraph.content:filter(is_image)) do
    if #some >= 2 * most then
      all:insert(pandoc.Para(some))
      some = pandoc.Inlines({})
    end
    some:extend({ image, pandoc.Space() })
  end
  all:extend(figure(some, caption))
  return all
end

local function read(meta)
  most = tonumber(pandoc.utils.stringify(meta.drawings))
end

local function Blocks(blocks)
  local all, place = pandoc.Blocks({}), 1
  while place <= #blocks do
    if is_drawn(blocks[place]) and is_caption(blocks[place + 1]) then
      all:extend(together(blocks[place], blocks[place + 1]))
      place = place + 1
    else
      all:insert(blocks[place])
    end
    place = place + 1
  end
  return all
end

return { { Meta = read }, { Blocks = Blocks } }
