-- Where a new page begins: <!-- page break --> in the source.
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
