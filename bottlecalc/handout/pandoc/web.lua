-- What a page in a browser needs: one h1, tables that scroll, formulas that can be heard.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. "/?.lua;" .. package.path
local formula = require("formula")
local heading = ""

local function html(block)
  local options = pandoc.WriterOptions({ html_math_method = "mathml" })
  return (pandoc.write(pandoc.Pandoc({ block }), "html5", options))
end

local function Header(header)
  heading = pandoc.utils.stringify(header)
  if FORMAT == "html5" then
    header.level = header.level + 1 -- the title is the page's h1
  end
  return header
end

-- Too wide for a narrow screen a table scrolls, and keys can scroll it; its products wrap.
local function Table(tbl)
  local wrapped = tbl:walk({
    Math = function(math)
      local text = formula.plain(math)
      return text and pandoc.Inlines(text)
    end,
  })
  return pandoc.Div(wrapped, pandoc.Attr("", { "table" }, {
    role = "region", tabindex = "0", ["aria-label"] = heading,
  })), false
end

local function escaped(text)
  return (text:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"))
end

local function Math(math)
  local alt = ('<math alttext="%s"'):format(escaped(formula.spoken(math.text)))
  local written = html(pandoc.Plain({ math })):gsub("<math", function() return alt end, 1)
  return pandoc.RawInline("html", (written:gsub("%s+$", "")))
end

-- No line begins with a stop: after a formula browsers would let it.
local STOPS = "，。、；：！？）》”’,.;:!?)"
local function stops(str)
  local last = 0
  for place, code in utf8.codes(str.text) do
    if not STOPS:find(utf8.char(code), 1, true) then
      break
    end
    last = place + #utf8.char(code) - 1
  end
  return str.text:sub(1, last), str.text:sub(last + 1)
end

local function Inlines(inlines)
  local all = pandoc.Inlines({})
  for _, one in ipairs(inlines) do
    local before = all[#all]
    local stop, rest = "", ""
    if before and before.t == "Math" and before.mathtype == "InlineMath" and one.t == "Str" then
      stop, rest = stops(one)
    end
    if stop == "" then
      all:insert(one)
    else
      all[#all] = pandoc.Span({ before, pandoc.Str(stop) }, { class = "nowrap" })
      all:insert(pandoc.Str(rest))
    end
  end
  return all
end

return {
  { traverse = "topdown", Header = Header, Table = Table }, { Inlines = Inlines }, { Math = Math },
}
