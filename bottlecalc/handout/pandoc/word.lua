-- What Word, and LibreOffice more so, is to be told: how wide a drawing is, and that products are
-- text, which wraps.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. "/?.lua;" .. package.path
local formula = require("formula")
local DOTS = 300 -- an inch

function Image(image)
  local file = io.open(image.src, "rb")
  if file then
    image.attributes.width = ("%.3fin"):format(pandoc.image.size(file:read("a")).width / DOTS)
    file:close()
  end
  return image
end

function Math(math)
  local text = formula.plain(math)
  return text and pandoc.Inlines(text)
end
