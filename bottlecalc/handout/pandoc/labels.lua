-- Every cell says its column's name, for screens too narrow for columns.
function Table(tbl)
  local names = {}
  for _, row in ipairs(tbl.head.rows) do
    for i, cell in ipairs(row.cells) do
      names[i] = pandoc.utils.stringify(cell.contents)
    end
  end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      for i, cell in ipairs(row.cells) do
        cell.attr.attributes["label"] = names[i]
      end
    end
  end
  return tbl
end
