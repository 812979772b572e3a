-- A formula as one line of text, for those who hear it.
local SIGNS = {
  cdot = "·", times = "×", div = "÷", to = "→", approx = "≈", le = "≤", leq = "≤", ge = "≥",
  geq = "≥", ne = "≠", neq = "≠", pm = "±", lfloor = "⌊", rfloor = "⌋", lceil = "⌈", rceil = "⌉",
  sum = "Σ", dots = "…", ldots = "…", cdots = "…", left = "", right = "", quad = " ", mid = "|",
}
local POWERS = { [0] = "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" }

local function inner(group)
  return group:sub(2, -2)
end

local spoken

-- Parentheses around what is more than one number or name.
local function held(group)
  local text = spoken(inner(group))
  local is_one = text:match("^[%w,.]+$") or text:match("^%w+%b()$")
  return is_one and text or "(" .. text .. ")"
end

local function power(text)
  local digits = text:gsub("%d", function(digit) return POWERS[tonumber(digit)] end)
  return text:match("^%d+$") and digits or "^" .. text
end

function spoken(tex)
  local text = tex
    :gsub("\\[dt]?frac%s*(%b{})%s*(%b{})", function(above, below)
      return held(above) .. " / " .. held(below)
    end)
    :gsub("\\sqrt%s*(%b{})", function(group) return "√" .. held(group) end)
    :gsub("%^(%b{})", function(group) return power(held(group)) end)
    :gsub("%^(%w)", power)
    :gsub("_(%b{})", function(group) return "(" .. spoken(inner(group)) .. ")" end)
    :gsub("_(%w)", "(%1)")
    :gsub("\\([%a]+)", function(name) return SIGNS[name] or "" end)
    :gsub("\\([%%$&#_{}])", "%1")
    :gsub("\\.", " ")
    :gsub("[{}~]", "")
  return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- A product or sum within a line as text, which wraps; nothing where there is more to set.
local function plain(math)
  local is_plain = not math.text:gsub("\\%a+", ""):find("[%a_]")
  return math.mathtype == "InlineMath" and is_plain and spoken(math.text) or nil
end

return { spoken = spoken, plain = plain }
