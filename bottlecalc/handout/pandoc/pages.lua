-- Where a new page begins: <!-- page break --> in the source; and in LaTeX before a heading and its
-- table where there is no room for more than these.
local BREAKS = {
  typst = "#pagebreak(weak: true)",
  latex = "\\clearpage",
  html = '<div class="page-break"></div>',
  openxml = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
}
local NAMES = { html5 = "html", docx = "openxml" }

function RawBlock(raw)
  if raw.format ~= "html" or not raw.text:match("^<!%-%- page break %-%->%s*$") then
    return nil
  end
  local name = NAMES[FORMAT] or FORMAT
  return BREAKS[name] and pandoc.RawBlock(name, BREAKS[name]) or {}
end

local ROOM = "\\par\\ifdim\\dimexpr\\pagegoal-\\pagetotal<10\\baselineskip\\newpage\\fi"

function Blocks(blocks)
  if FORMAT ~= "latex" then
    return nil
  end
  for place = #blocks - 1, 1, -1 do
    if blocks[place].t == "Header" and blocks[place + 1].t == "Table" then
      blocks:insert(place, pandoc.RawBlock("latex", ROOM))
    end
  end
  return blocks
end
