-- A test on paper: every form begins a page of its own, no exercise is split over two, and there is
-- room to work. Formats without pages keep the words alone.
local TWIPS = 56.7 -- in a millimetre

local KIND = ({ docx = "openxml", html5 = "html" })[FORMAT] or FORMAT

local function raw(text)
  return pandoc.RawBlock(KIND, text)
end

local function within(before, content, after)
  local blocks = pandoc.Blocks({ raw(before) })
  blocks:extend(content)
  blocks:insert(raw(after))
  return blocks
end

local function line(before, content, after)
  local inlines = pandoc.Inlines({ pandoc.RawInline(KIND, before) })
  inlines:extend(content)
  inlines:insert(pandoc.RawInline(KIND, after))
  return pandoc.Plain(inlines)
end

local function words(div)
  return pandoc.utils.blocks_to_inlines(div.content)
end

-- A paragraph that takes no room, for where a page is full another would begin one more.
local FLAT = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr>%s</w:p>'

local PAGE = {
  typst = '#pagebreak(weak: true, to: "odd")\n#counter(page).update(1)',
  latex = "\\clearpage\\setcounter{page}{1}",
  openxml = FLAT:format('<w:r><w:br w:type="page"/></w:r>'),
}
local WHOLE = {
  typst = { "#block(breakable: false, width: 100%, below: 2em)[", "]" },
  latex = { "\\noindent\\begin{minipage}{\\linewidth}", "\\end{minipage}\\par\\bigskip" },
  openxml = {
    '<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid><w:gridCol w:w="9000"/>'
      .. "</w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr/>",
    "</w:tc></w:tr></w:tbl>" .. FLAT:format(""),
  },
}
local HEADER = {
  -- No heading has a colon in the label that pandoc gives it, not even one of somebody called Form.
  typst = { "#metadata([", "])<form:number>" },
  latex = { "\\pagestyle{myheadings}\\markright{", "}" },
}
local ROOM = {
  typst = "#v(%dmm)",
  latex = "\\vspace*{%dmm}",
  openxml = '<w:p><w:pPr><w:spacing w:before="0" w:after="%d"/></w:pPr></w:p>',
  html = '<div class="room" style="height: %dmm"></div>',
}

local function room(mm)
  local length = KIND == "openxml" and math.floor(mm * TWIPS) or mm
  return ROOM[KIND] and raw(string.format(ROOM[KIND], length)) or {}
end

-- Pandoc makes the first heading the title only after the filters.
local function title(doc)
  local first = doc.blocks[1]
  local heading = first and first.t == "Header" and first.content or doc.meta.title or {}
  return pandoc.Inlines(heading)
end

local function again(inlines)
  if KIND == "typst" then
    return line('#align(center, text(size: 1.5em, weight: "bold")[', inlines, "])")
  elseif KIND == "latex" then
    return line("\\begin{center}\\LARGE ", inlines, "\\end{center}")
  end
  local attributes = pandoc.Attr("", { "title" }, { ["custom-style"] = "Title" })
  return pandoc.Div({ pandoc.Para(inlines) }, attributes)
end

local function form(div, inlines, first)
  local blocks = pandoc.Blocks({})
  if not first then
    if PAGE[KIND] then
      blocks:insert(raw(PAGE[KIND]))
    end
    blocks:insert(again(inlines))
  end
  blocks:extend(div.content)
  return PAGE[KIND] and blocks or pandoc.Div(blocks, div.attr)
end

local function set(div)
  if div.classes:includes("room") then
    return room(tonumber(div.attributes.mm))
  elseif div.classes:includes("header") then
    local around = HEADER[KIND]
    return around and line(around[1], words(div), around[2]) or {}
  elseif div.classes:includes("exercise") and WHOLE[KIND] then
    return within(WHOLE[KIND][1], div.content, WHOLE[KIND][2])
  end
end

function Pandoc(doc)
  local first, inlines = true, title(doc)
  doc = doc:walk({ Div = set })
  return doc:walk({
    Div = function(div)
      if div.classes:includes("form") then
        local blocks = form(div, inlines, first)
        first = false
        return blocks
      end
    end,
  })
end
