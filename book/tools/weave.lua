-- weave.lua -- second pass of the weaver, a pandoc filter: numbers, links, expansions,
-- figures, tables, transcripts, side notes and the pages of indexes.
--
--   pandoc -M page=NN-name -M dir=build/weave -M book=book --lua-filter=weave.lua ...
--
-- It needs no function younger than pandoc 2.9.  Errors name the line in the chapter.

local here, dir, site, book, tools	-- the page; the folder of the tables, of the pages, of the chapters, of this file
local x, bodies			-- xref.lua; the bodies of the chunks on this page
local byname, bynum, usedby = {}, {}, {}
local highlight			-- highlight.lua
local booktitle, repository
local failed, draft = false, false

local function err(at, message)
  io.stderr:write(here.file .. ':' .. (at or '1') .. ': ' .. message .. '\n'); failed = true   -- in one piece: others write, too
end

local entity = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }
local function esc(s) return (s:gsub('[&<>"]', entity)) end
local function raw(s) return pandoc.RawBlock('html', s) end
local function rawi(s) return pandoc.RawInline('html', s) end
local function read_file(path)
  local f = io.open(path); if not f then return nil end
  local s = f:read('a'); f:close(); return s
end
local function add(t, ...) for _, v in ipairs { ... } do t[#t + 1] = v end end

-- ---------------------------------------------------------------- chunks and links

local function index_chunks()
  for i, c in ipairs(x.chunks) do
    c.i, c.ch = i, x.pages[c.page].ch or 0
    local v = byname[c.name] or {}; byname[c.name] = v
    v[c.ver] = v[c.ver] or {}; add(v[c.ver], c)
    bynum[c.num] = c
    for _, u in ipairs(c.uses) do usedby[u] = usedby[u] or {}; add(usedby[u], c) end
  end
end

-- the parts of a chunk's version in this chapter or before it, and those that come later
local function parts_by(list, ch)
  local now, later = {}, {}
  for _, c in ipairs(list or {}) do add(c.ch <= ch and now or later, c) end
  return now, later
end

local up = ''	-- from the page that is being written to the folder of the chapters
local function href(c, line)
  return (c.page == here.i and up == '' and '' or up .. x.pages[c.page].id .. '.html') .. '#' .. c.anchor .. (line and '-' .. line or '')
end

local function name_html(name) return (esc(name):gsub('%[%[(.-)%]%]', '<code>%1</code>')) end

local function nums(list)
  local t = {}
  for i, c in ipairs(list) do t[i] = ('<a href="%s">%s</a>'):format(href(c), c.num) end
  return table.concat(t, ', ')
end

-- the first chunk of the version of a name that holds at the end of chapter ch
local function as_of(name, ch)
  local versions = byname[name]
  if not versions then return nil end
  for v = #versions, 2, -1 do if versions[v][1].ch <= ch then return versions[v][1] end end
  return versions[1][1]
end

-- "chapter 3", or, for the files from 90 on, "appendix A"
local function label(p) return p.ch and (p.ch >= 90 and string.char(65 + p.ch - 90) or tostring(p.ch)) end
local function named(p) return (p.ch >= 90 and 'appendix ' or 'chapter ') .. label(p) end

-- the title of a chapter as a hint, for a link that shows its number
local function bare(p) return (p.title:gsub('<[^>]*>', '')) end
local function hint(p) return (' title="%s"'):format((bare(p):gsub('"', '&quot;'))) end

-- "grows in chapters 11, 16", each linked to the first part there; nil when nothing is added
local function growth(later)
  local seen, of, parts = {}, { chapter = {}, appendix = {} }, {}
  for _, c in ipairs(later) do
    local p = x.pages[c.page]
    if not seen[p] then add(of[p.ch >= 90 and 'appendix' or 'chapter'], ('<a href="%s"%s>%s</a>'):format(href(c), hint(p), label(p))) end
    seen[p] = true
  end
  local function some(list, one, more) if #list > 0 then add(parts, (#list > 1 and more or one) .. table.concat(list, ', ')) end end
  some(of.chapter, 'chapter ', 'chapters '); some(of.appendix, 'appendix ', 'appendices ')
  return #parts > 0 and 'grows in ' .. table.concat(parts, ' and ') or nil
end

local function use_html(name, ch)
  local d, label = as_of(name:gsub('^base: ', ''), ch), name
  if name:match('^base: ') then
    label = name:sub(7); d = byname[label] and byname[label][math.max(1, (as_of(label, ch).ver) - 1)][1]
    label = label .. ', as before'
  end
  if not d then return '<em class="undefined">⟨' .. name_html(name) .. '⟩</em>' end
  return ('<a class="use" href="%s">⟨%s <span class="n">%s</span>⟩</a>'):format(href(d), name_html(label), d.num)
end

-- the definition that an identifier in chunk c means, or nil: before is the token in front
-- of it, owner the name in front of an arrow or a dot.  Code never links forward, because
-- by the prefix law all that it names exists by then; prose (c.forward) may.
local function definition(name, c, before, owner)
  local member, tag = before == '->' or before == '.', before == 'struct' or before == 'union' or before == 'enum'
  local best, scope
  for _, d in ipairs(x.defs[name] or {}) do
    local kind, chunk, fits = d[2], x.chunks[d[1]], nil
    if member then fits = kind == 'member'
    elseif kind == 'member' then fits = chunk == c
    elseif kind == 'struct' or kind == 'union' or kind == 'enum' then fits = tag
    else fits = not tag and (#name > 1 or chunk == c) end
    if fits and chunk == c then return c, kind end
    if fits and (chunk.ch <= c.ch or (c.forward and not best)) then
      if member and d[3] == owner:gsub('%d*$', ''):gsub('p$', '') then return chunk, kind end
      if member and best and scope ~= d[3] then return nil end	-- a field of two structs
      best, scope = chunk, d[3]
    end
  end
  if best and not member and c.locals:find(' ' .. name .. ' ', 1, true) then return nil end
  return best
end

local function identifier_html(name, c, before, owner)
  if before == 'include' then
    local root = byname['src/' .. name:match('"(.*)"')]
    return root and ('<a class="id" href="%s">%s</a>'):format(href(root[1][1]), esc(name))
  end
  local d, kind = definition(name, c, before, owner)
  if not d then return esc(name) end
  if d == c and kind == 'member' then return esc(name) end
  if d == c then return '<dfn>' .. esc(name) .. '</dfn>' end
  return ('<a class="id" href="%s">%s</a>'):format(href(d), esc(name))
end

-- the lines of a chunk: { {html, uses = {name, ...}, white = indentation before a use} }
local memo = {}
local function chunk_lines(c)
  if not memo[c.num] then
    memo[c.num] = highlight(c.lang, bodies[c.num] or '',
      function(name, before, owner) return identifier_html(name, c, before, owner) end,
      function(name) return use_html(name, c.ch) end)
  end
  return memo[c.num]
end

-- code as alternating <pre> and <details>: each line that uses a chunk can be unfolded
local expansion
local function code_html(c, indent, anchors, depth, label)
  local out, open = {}, false
  local lines = chunk_lines(c)
  for i, l in ipairs(lines) do
    if anchors and i == #lines and l.html == '' then add(out, '<span class="l blank"></span>'); break end
    local id = anchors and (' id="%s-%d"'):format(c.anchor, i) or ''
    local n = anchors and ('<a class="ln" href="#%s-%d" data-n="%d" aria-hidden="true" tabindex="-1"></a>'):format(c.anchor, i, i) or ''
    local part = i == 1 and label or ''
    local html = ('<span class="l"%s>%s%s%s</span>'):format(id, n, part, (l.html == '' and '' or indent) .. l.html)
    local folds = {}
    for _, name in ipairs(l.uses) do add(folds, expansion(name, c, indent .. l.white, depth + 1)) end
    local fold = table.concat(folds)
    if fold ~= '' then
      if open then add(out, '</code></pre>'); open = false end
      add(out, '<details class="fold"><summary><code>', html, '</code></summary>', fold, '</details>')
    else
      if not open then add(out, '<pre><code>'); open = true end
      add(out, html, '\n')
    end
  end
  if open then add(out, '</code></pre>') end
  return table.concat(out)
end

-- as of the chapter that is being read: what comes later is one quiet line
expansion = function(name, from, indent, depth)
  local base = name:match('^base: (.*)')
  local versions, ch = byname[base or name], here.ch or math.huge
  if not versions or depth > 20 then return '' end
  local ver = base and from.ver - 1 or as_of(name, ch).ver
  local list, later = parts_by(versions[ver], ch)
  local out = {}
  for _, c in ipairs(list) do
    if not c.empty then
      add(out, code_html(c, indent, false, depth, ('<a class="part" href="%s" data-n="%s" aria-label="chunk %s"></a>'):format(href(c), c.num, c.num)))
    end
  end
  if #out == 0 then return '' end
  if growth(later) then add(out, '<p class="later">' .. growth(later) .. '</p>') end
  return '<div class="exp">' .. table.concat(out) .. '</div>'
end

-- ---------------------------------------------------------------- the files so far

-- the files that this chapter touches, as sofar.sh left them: { path, lines, of = the chunk of each line, at = its line there }
local files, file_of = {}, {}
local function read_files()
  for l in (read_file(('%s/%s.sofar/roots'):format(dir, here.id)) or ''):gmatch('[^\n]+') do
    local path = l:match('^%S+')
    local f = { path = path, lines = {}, of = {}, at = {}, page = ('files/%s-%s.html'):format(here.id:match('^%d+'), path:gsub('/', '-')) }
    local base = ('%s/%s.sofar/'):format(dir, here.id)
    for line in (read_file(base .. 'out/' .. path) or ''):gmatch('([^\n]*)\n') do add(f.lines, line) end
    for line, num in (read_file(base .. 'maps/' .. path .. '.map') or ''):gmatch('%d+\t[^\t]*:(%d+)\t([^\t]*)\t[^\n]*\n') do
      add(f.of, bynum[num]); add(f.at, bynum[num] and tonumber(line) - bynum[num].line)
    end
    add(files, f); file_of[path] = f
  end
  table.sort(files, function(a, b) return a.path:gsub('^src', ' src') < b.path:gsub('^src', ' src') end)
end

-- the file, the first and the last line of what a chunk of this page has become: itself, and what it uses
local function lines_of(c)
  local f = file_of[c.file]
  if not f then return nil end
  local inside = {}
  local function gather(k)
    if inside[k] then return end
    inside[k] = true
    for _, name in ipairs(k.uses) do
      local d = as_of(name:gsub('^base: ', ''), here.ch)
      if d then for _, p in ipairs((parts_by(byname[d.name][name:match('^base: ') and math.max(1, d.ver - 1) or d.ver], here.ch))) do gather(p) end end
    end
  end
  gather(c)
  for i, of in ipairs(f.of) do
    if of == c then
      local from, to = i, i
      while from > 1 and inside[f.of[from - 1]] do from = from - 1 end
      while inside[f.of[to + 1]] do to = to + 1 end
      if from == 1 and f.lines[2] and f.lines[2]:match('Tangled from') then from = 3 end
      while f.lines[from] == '' and from < to do from = from + 1 end
      while f.lines[to] == '' and to > from do to = to - 1 end
      return f, from, to
    end
  end
end

local function where_html(c)
  local f, from, to = lines_of(c)
  return f and (('<a class="at" href="%s#L%d" title="%s, %s">line%s</a>'):format(f.page, from, esc(f.path), 'after ' .. named(here),
    from == to and ' ' .. from or 's ' .. from .. '–' .. to))
end

-- two lines before a chunk and one after it, where it continues what stands elsewhere.  Of a function that
-- ends before it, its head says more than its brace; lines inside a comment, and the chunk's own name, say nothing.
local function context_html(c)
  local f, from, to = lines_of(c)
  if not f then return '', '' end
  local before, after, i, white = {}, {}, from - 1, f.lines[from]:match('^%s*')
  local function idle(l) return l == '' or l:match('^%s*%*[ /]') or l:match('^%s*/?%*$') or l:find('/* ' .. c.name:gsub('[%[%]]', '') .. ' */', 1, true) end
  while i > 2 and #before < 2 do
    local l = f.lines[i]
    if l:match('^};?$') then
      local k = i - 1
      while k > 2 and not f.lines[k]:match('^[%w_]') do k = k - 1 end
      l = f.lines[k]:gsub('%s*{$', '') .. ' { … ' .. l
      if f.lines[k - 1]:match('^%w[%w_ *]*$') and not f.lines[k]:match('^%w+ ') then l = f.lines[k - 1] .. (f.lines[k - 1]:match('%*$') and '' or ' ') .. l end
      table.insert(before, 1, l); break
    end
    if not idle(l) then table.insert(before, 1, l) end
    i = i - 1
  end
  i = to + 1
  while f.lines[i] and #after < 1 do
    if not idle(f.lines[i]) then add(after, f.lines[i] .. (f.lines[i]:match('^%w[%w_ *]*$') and f.lines[i + 1] and (f.lines[i]:match('%*$') and '' or ' ') .. f.lines[i + 1] or '')) end
    i = i + 1
  end
  local function html(list, what)
    for k, l in ipairs(list) do if l:sub(1, #white) == white then list[k] = l:sub(#white + 1) end end
    return #list == 0 and '' or ('<pre class="around" role="note" aria-label="%s">%s</pre>'):format(what, esc(table.concat(list, '\n')))
  end
  return html(before, 'what stands before it'), html(after, 'what stands after it')
end

local sidebar
local function write_files()
  local form = read_file(tools .. '/file.html')
  up = '../'
  for _, f in ipairs(files) do
    local out, new, part = {}, 0, nil
    local lang = f.of[1] and f.of[1].lang or 'text'
    local lines = highlight(lang, table.concat(f.lines, '\n'),
      function(name, before, owner, n) local c = f.of[n]; return c and identifier_html(name, c, before, owner) or esc(name) end, esc)
    for i, l in ipairs(f.lines) do
      local c, link = f.of[i], ''
      local mine = c and c.ch == here.ch and i > (f.lines[2] and f.lines[2]:match('Tangled from') and 2 or 0)
      if mine then new = new + 1 end
      if c and l ~= '' and f.at[i] >= 1 then
        local to = href(c, f.at[i])
        link = ('<a class="ln" href="%s" data-n="%d" aria-label="line %d, in chunk %s" tabindex="-1"></a>'):format(to, i, i, c.num)
        if c ~= part then link = link .. ('<a class="part" href="%s" data-n="%s" aria-label="chunk %s"></a>'):format(to, c.num, c.num); part = c end
      else link = ('<span class="ln" data-n="%d"></span>'):format(i) end
      add(out, ('<span class="l%s" id="L%d">%s%s</span>\n'):format(mine and ' new' or '', i, link, lines[i] and lines[i].html or ''))
    end
    local value = { path = esc(f.path), after = named(here):gsub('^%l', string.upper), page = here.id, booktitle = booktitle, sidebar = sidebar(),
      said = ('The file as it is when the chapter ends: %d lines, %s of them from this chapter.'):format(#f.lines, new >= #f.lines - 2 and 'all' or new),
      code = '<pre><code>' .. table.concat(out) .. '</code></pre>' }
    f.new = new
    local file, why = io.open(site .. '/' .. f.page, 'w')
    if not file then err(1, why); return end
    file:write((form:gsub('%$(%l+)%$', value))); file:close()
  end
  up = ''
end

local function files_html()
  local out = {}
  for _, f in ipairs(files) do
    add(out, ('<li><a href="%s"><code>%s</code></a> <small>%d lines%s</small></li>'):format(f.page, esc(f.path), #f.lines,
      f.new == #f.lines - 2 and ', new' or ', ' .. f.new .. ' of them new'))
  end
  return #out > 0 and '<ul>' .. table.concat(out) .. '</ul>'
end

-- ---------------------------------------------------------------- chunks, as figures

local function chapter_ref(p)
  return ('<a href="%s.html"%s>%s</a>'):format(p.id, hint(p), named(p))
end

-- what stands in the margin beside a chunk
local function chunk_notes(c, pos)
  local notes, versions = {}, byname[c.name]
  local mine = versions[c.ver]
  local at = where_html(c)
  if c.root then add(notes, (pos > 1 and 'more of this file' or c.rep and 'this file, anew' or 'a new file') .. (at and ', ' .. at or ''))
  elseif c.file ~= '' then
    local root = byname[c.file] and byname[c.file][1][1]
    add(notes, ('<span class="file"><a href="%s"><code>%s</code></a>%s</span>'):format(href(root), esc(c.file),
      (c.place ~= '' and ', in <code>' .. esc(c.place) .. '</code>' or '') .. (at and ', ' .. at or '')))
  end
  if c.rep then
    local old = versions[c.ver - 1]
    local wraps = false
    for _, p in ipairs(mine) do for _, u in ipairs(p.uses) do wraps = wraps or u == 'base: ' .. c.name end end
    -- its parts may be of several chapters
    local of, chapters = {}, {}
    for _, o in ipairs(old) do
      local page = x.pages[o.page]
      if not of[page] then of[page] = {}; table.insert(chapters, page) end
      table.insert(of[page], o)
    end
    for i, page in ipairs(chapters) do chapters[i] = nums(of[page]) .. ' of ' .. chapter_ref(page) end
    add(notes, ('<span class="rep">%s %s</span>'):format(wraps and 'wraps' or 'replaces', table.concat(chapters, ' and ')))
  end
  if usedby[c.name] then add(notes, 'used in ' .. nums(usedby[c.name])) end
  if versions[c.ver + 1] then
    local new = versions[c.ver + 1][1]
    add(notes, ('<span class="rep">replaced by %s in %s</span>'):format(nums { new }, chapter_ref(x.pages[new.page])))
  end
  return notes
end

local function chunk_html(c)
  local mine, pos = byname[c.name][c.ver], 1
  for i, p in ipairs(mine) do if p == c then pos = i end end
  local prev, nxt = mine[pos - 1], mine[pos + 1]
  local nav = ''
  if prev then nav = nav .. ('<a href="%s" title="previous part">▴ %s</a> '):format(href(prev), prev.num) end
  if nxt and nxt.ch == c.ch then nav = nav .. ('<a href="%s" title="next part">▾ %s</a>'):format(href(nxt), nxt.num) end
  local name = c.root and '<code>' .. esc(c.name) .. '</code>' or '⟨' .. name_html(c.name) .. '⟩'
  local head = ('<a class="num" href="#%s" title="link to this chunk">%s</a><span class="name%s">%s</span><span class="eq">%s</span>')
    :format(c.anchor, c.num, c.root and ' path' or '', name, (pos > 1 and '+' or '') .. '≡')
  local notes = table.concat(chunk_notes(c, pos), '<span class="sep"> · </span>')
  local rest = {}
  for i = pos + 1, #mine do add(rest, mine[i]) end
  local own, later = parts_by(rest, c.ch)
  local grows = growth(later)
  if c.empty then
    local filled = { #own == 0 and (grows and 'empty' or 'empty so far') or 'empty; filled in by ' .. nums(own), grows }
    return ('<div class="chunk hook" id="%s"><p class="cap">%s <span class="filled">%s</span></p><p class="notes">%s</p></div>')
      :format(c.anchor, head, table.concat(filled, '; '), notes)
  end
  if pos == 1 then
    local sep = notes ~= '' and '<span class="sep"> · </span>' or ''
    if #own > 0 then notes = notes .. sep .. 'continued in ' .. nums(own); sep = '<span class="sep"> · </span>' end
    if grows then notes = notes .. sep .. grows end
  end
  local before, after = '', ''
  if (pos > 1 or c.rep) and c.lang ~= 'gdb' then before, after = context_html(c) end
  local code = ('<div class="code" tabindex="0" role="region" aria-label="code %s">%s</div>'):format(c.num, code_html(c, '', true, 0))
  -- what a script of GDB does, the transcript beside it shows
  if c.lang == 'gdb' then code = '<details class="script"><summary>the commands</summary>' .. code .. '</details>' end
  return ('<figure class="chunk%s" id="%s"><figcaption class="cap">%s<span class="nav">%s</span></figcaption><p class="notes">%s</p>%s%s%s</figure>')
    :format((c.rep and ' replaces' or '') .. (c.lang == 'gdb' and ' gdb' or ''), c.anchor, head, nav, notes, before, code, after)
end

-- ---------------------------------------------------------------- blocks

local Link
local function inlines(markdown)
  local b = pandoc.read(markdown or '', 'markdown-tex_math_dollars-citations').blocks[1]
  return b and pandoc.walk_block(b, { Link = Link }).content or {}
end

local drawn = {}	-- the figures of this page: { id, label, what the caption begins with }
local function figure(html, class, id, label, caption)
  if class == 'fig' then
    if id == '' then id = label:lower():gsub(' ', '-'):gsub('%.$', '') end
    local text = pandoc.utils.stringify(pandoc.Para(caption))
    add(drawn, { id, label:match('[%w.]-(%.?%d+)%.$') and label:gsub('^%a+ ', ''):gsub('%.$', ''), (text:match('^(.-)[.:;] ') or text:gsub('%.$', '')) })
  end
  local out = { raw(('<figure class="%s"%s>%s<figcaption>'):format(class, id ~= '' and ' id="' .. esc(id) .. '"' or '', html)) }
  local text = { rawi('<b>' .. label .. '</b> ') }
  for _, i in ipairs(caption) do add(text, i) end
  add(out, pandoc.Plain(text), raw('</figcaption></figure>'))
  return out
end

-- make a drawing part of the page: unique ids, title and description, colours of the theme
local nsvg = 0
local colours = { black = 'currentColor', white = 'var(--bg)', gray = 'var(--dim)', grey = 'var(--dim)', lightgray = 'var(--fill)',
  lightgrey = 'var(--fill)', blue = 'var(--link)', red = 'var(--warn)', orange = 'var(--use)', green = 'var(--good)' }
local hex = { ['#c0c0c0'] = 'gray', ['#d3d3d3'] = 'lightgray', ['#0000ff'] = 'blue', ['#ff0000'] = 'red' }
local function svg_html(svg, title, desc)
  nsvg = nsvg + 1
  local p = 'f' .. nsvg .. '-'
  svg = svg:gsub('^.-(<svg)', '%1', 1):gsub('<!%-%-.-%-%->%s*', '')
  svg = svg:gsub('(<svg[^>]*) role="img"', '%1', 1)
  local own_title = svg:match('<svg[^>]*>%s*<title>')
  svg = svg:gsub(' id="([^"]*)"', ' id="' .. p .. '%1"'):gsub('url%(#', 'url(#' .. p):gsub('href="#', 'href="#' .. p)
  svg = svg:gsub('(%a+)="(#?%w+)"', function(a, v)
    v = hex[v] or v
    if (a == 'fill' or a == 'stroke' or a == 'color') and colours[v] then return ('%s="%s"'):format(a, colours[v]) end
  end)
  local width = not svg:match('<svg[^>]* width=') and svg:match('<svg[^>]* viewBox="[-%d.]+ [-%d.]+ ([%d.]+)')
  if width and desc then svg = svg:gsub('<svg', '<svg width="' .. width .. '"', 1) end
  -- A drawing that is too wide for a phone is not made so small that its words cannot be read: it scrolls.
  local w, unit = svg:match('<svg[^>]* width="([%d.]+)(%a*)"')
  local least
  for size in svg:gmatch('font%-size="([%d.]+)') do least = math.min(least or 99, tonumber(size)) end
  local px = w and least and tonumber(w) * 11.05 / least
  if px and desc and px > 390 and tonumber(w) * (unit == 'pt' and 4 / 3 or 1) > 390 then
    svg = svg:gsub('<svg', ('<svg style="--least:%dpx"'):format(math.ceil(px)), 1)
  end
  if own_title then return (svg:gsub('<svg', '<svg role="img"', 1)) end
  return (svg:gsub('<svg([^>]*)>', function(a)
    return ('<svg role="img" aria-labelledby="%st %sd"%s><title id="%st">%s</title><desc id="%sd">%s</desc>'):format(p, p, a, p, esc(title), p, esc(desc))
  end, 1))
end

local function plain(list) return pandoc.utils.stringify(pandoc.Para(list)) end

local function dot(cb)
  local a = cb.attributes
  local ok, svg = pcall(pandoc.pipe, 'dot', { '-Tsvg', '-Gbgcolor=transparent', '-Gmargin=0', '-Nfontname=Helvetica', '-Efontname=Helvetica',
    '-Gfontname=Helvetica', '-Nfontsize=11', '-Efontsize=10', '-Gfontsize=11', '-Nshape=box', '-Nstyle=rounded', '-Nheight=0.32', '-Nmargin=0.14,0.06', '-Earrowsize=0.6', '-Npenwidth=0.9', '-Epenwidth=0.9' }, cb.text)
  if not ok then err(a.at, 'graphviz cannot draw this figure; try its text with: dot -Tsvg (./setup installs it)'); return {} end
  svg = svg:gsub('<title>.-</title>%s*', ''):gsub(' font%-family="[^"]*"', ''):gsub('(<text[^>]-)>', function(t)
    return t:match(' fill=') and t .. '>' or t .. ' fill="currentColor">' end):gsub('(<%a+) fill="none" stroke="black"', '%1 fill="none" stroke="currentColor"')
  if not a.alt then err(a.at, 'a figure needs alt="..." that says what it shows') end
  local caption = inlines(a.caption)
  return figure(svg_html(svg, plain(caption), a.alt or ''), 'fig', cb.identifier, 'Figure ' .. a.num .. '.', caption)
end

-- a drawing of what was recorded: {.draw from="time spread:2-42"}
local function draw(cb)
  local a, words = cb.attributes, { tools .. '/figure.py', '--book', book }
  for w in (a.from or ''):gmatch('%S+') do add(words, w) end
  local ok, svg = pcall(pandoc.pipe, 'python3', words, '')
  if not ok then
    err(a.at, ('figure.py cannot draw this figure; try: %s/figure.py %s'):format(tools, a.from or ''))
    return {}
  end
  local caption = inlines(a.caption)
  return figure(svg_html(svg, plain(caption), ''), 'fig', cb.identifier, 'Figure ' .. a.num .. '.', caption)
end

local function drawing(im)
  local a, src = im.attributes, im.src
  local svg = read_file(book .. '/' .. src)
  if not svg then err(a.at, 'no drawing ' .. book .. '/' .. src); return {} end
  if not a.alt then err(a.at, 'a figure needs alt="..." that says what it shows') end
  -- groups of class "step s1", "step s2" in an <svg data-steps="N"> can be shown one after the other
  local play = svg:match('<svg[^>]* data%-steps="%d"') and
    ('<input type="checkbox" class="play" id="play-%s"><label for="play-%s">step by step</label>'):format(a.num, a.num) or ''
  return figure(play .. svg_html(svg, plain(im.caption), a.alt or ''), 'fig', im.identifier, 'Figure ' .. a.num .. '.', im.caption)
end

-- the recorded data: {columns, rows = {{...}}, note}
local data_memo = {}
local function data(name, at)
  if data_memo[name] == nil then
    local s, t = read_file(book .. '/data/' .. name .. '.tsv'), { rows = {}, byrow = {}, note = {} }
    if not s then err(at, ('no data file %s/data/%s.tsv; bench/ writes it'):format(book, name)); t = false
    else
      for l in s:gmatch('[^\r\n]+') do
        if l:match('^#') then add(t.note, (l:gsub('^#%s*', '')))
        else
          local f = {}
          for v in (l .. '\t'):gmatch('([^\t]*)\t') do add(f, v) end
          if not t.columns then t.columns = f else add(t.rows, f); t.byrow[f[1]] = f end
        end
      end
      t.columns = t.columns or {}
    end
    data_memo[name] = t
  end
  return data_memo[name]
end

-- 1234567.8 -> 1,234,567.8, as the prose writes it
local function grouped(v)
  local whole, rest = v:match('^(%d%d%d%d+)(%.?%d*)$')
  return whole and whole:reverse():gsub('(%d%d%d)', '%1,'):reverse():gsub('^,', '') .. rest or v
end

local function number(el)
  local name, row, column = el.text:match('^([^:]+):([^:]+):(.+)$')
  local at = el.attributes.at
  if not name then err(at, '`' .. el.text .. '` is not FILE:ROW:COLUMN'); return nil end
  local t = data(name, at)
  if not t then return nil end
  if not t.byrow[row] then
    local rows = {}; for r in pairs(t.byrow) do add(rows, r) end; table.sort(rows)
    err(at, ('no row %s in %s/data/%s.tsv; it has %s'):format(row, book, name, table.concat(rows, ', '))); return nil
  end
  for i, c in ipairs(t.columns) do if c == column then return pandoc.Str(grouped(t.byrow[row][i])) end end
  err(at, ('no column %s in %s/data/%s.tsv; it has %s'):format(column, book, name, table.concat(t.columns, ', ')))
end

-- rows="a=What a is; b" and columns=... choose from a table and give names in words
local function choice(spec, all, what, at)
  local out, place = {}, {}
  for i, k in ipairs(all) do place[k] = i; if not spec then add(out, { i, k }) end end
  for item in (spec or ''):gmatch('[^;]+') do
    local key, words = item:match('^%s*([^=]-)%s*=%s*(.-)%s*$')
    key = key or item:match('^%s*(.-)%s*$')
    if place[key] then add(out, { place[key], words or key })
    else err(at, ('the table has no %s %s; it has %s'):format(what, key, table.concat(all, ', '))) end
  end
  return out
end

local function data_table(cb)
  local a = cb.attributes
  local whole = data(a.src or '', a.at)
  if not whole then return {} end
  local keys, t = {}, { columns = {}, rows = {}, note = whole.note }
  for i, r in ipairs(whole.rows) do keys[i] = r[1] end
  local columns = choice(a.columns, whole.columns, 'column', a.at)
  for i, c in ipairs(columns) do t.columns[i] = c[2] end
  for i, r in ipairs(choice(a.rows, keys, 'row', a.at)) do
    t.rows[i] = {}
    for j, c in ipairs(columns) do t.rows[i][j] = c[1] == 1 and r[2] or whole.rows[r[1]][c[1]] or '' end
  end
  local out, numeric = { '<div class="scroll"><table><thead><tr>' }, {}
  for i in ipairs(t.columns) do
    numeric[i] = #t.rows > 0
    for _, r in ipairs(t.rows) do
      local v = r[i] or ''
      if v ~= '' and v ~= '-' and not v:match('^[-+]?[%d.,]+%s?[%a%%µ]*$') then numeric[i] = false end
    end
  end
  local function row(tag, f)
    for i, v in ipairs(f) do
      if tag == 'th' then v = v:gsub('_', ' ') end
      v = v:gsub('^us%f[^%w]', 'µs')	-- the files have plain letters
      add(out, ('<%s%s>%s</%s>'):format(tag, numeric[i] and ' class="r"' or '', esc(numeric[i] and grouped(v) or v), tag))
    end
    add(out, '</tr>')
  end
  row('th', t.columns); add(out, '</thead><tbody>')
  for _, r in ipairs(t.rows) do add(out, '<tr>'); row('td', r) end
  add(out, '</tbody></table></div>')
  if #t.note > 0 then add(out, '<p class="measured">' .. esc(table.concat(t.note, ' ')) .. '</p>') end
  return figure(table.concat(out), 'data', cb.identifier, 'Table ' .. a.num .. '.', inlines(a.caption))
end

-- a terminal session: what was typed, and what the program printed
local function session(cb, prompt, kind)
  local out, typing = {}, false
  for l in (cb.text .. '\n'):gmatch('(.-)\n') do
    local typed
    if l:sub(1, #prompt) == prompt then typed = l:sub(#prompt + 1); add(out, ('<span class="ps">%s</span><kbd>%s</kbd>\n'):format(esc(prompt), esc(typed)))
    elseif typing and l:match('^> ?') then typed = l:gsub('^> ?', ''); add(out, ('<span class="ps">&gt; </span><kbd>%s</kbd>\n'):format(esc(typed)))
    elseif l == prompt:gsub(' $', '') then typed = ''; add(out, '<span class="ps">' .. esc(l) .. '</span>\n')
    else add(out, '<samp>' .. esc(l) .. '</samp>\n') end
    typing = typed ~= nil
  end
  return raw(('<div class="tty %s"><pre tabindex="0"><code>%s</code></pre></div>'):format(kind, table.concat(out):gsub('\n$', '')))
end

-- behind the last transcript of a walk: the same, recorded, to step through
local walked, last_of, stepping
local function stepper(script)
  local name = script and script:match('^gdb/(.*)%.gdb$')
  if not name then return nil end
  if not last_of then
    walked, last_of = {}, {}
    for s in (read_file(('%s/%s.md'):format(dir, here.id)) or ''):gmatch('\n```+ *{[^\n]*%.gdb script=(%S+)') do last_of[s] = (last_of[s] or 0) + 1 end
  end
  walked[script] = (walked[script] or 0) + 1
  local html = walked[script] == last_of[script] and read_file(('%s/data/walks/%s.json'):format(book, name)) and read_file(('%s/walks/%s.html'):format(dir, name))
  if not html then return nil end
  stepping = true
  return raw(html)
end

-- the blocks of a page, with each stepper at the end of its section
local function at_ends(blocks)
  local out, waiting = {}, {}
  for _, b in ipairs(blocks) do
    if b.t == 'Header' and b.level <= 2 then add(out, table.unpack(waiting)); waiting = {} end
    add(b.t == 'RawBlock' and b.text:match('^<figure class="stepper"') and waiting or out, b)
  end
  add(out, table.unpack(waiting))
  return out
end

local languages = { c = 'c', asm = 'asm', gas = 'asm', gdb = 'gdb', make = 'make', makefile = 'make', sh = 'sh', bash = 'sh', python = 'python' }
local function CodeBlock(cb)
  local class = cb.classes[1]
  if class == 'dot' then return dot(cb)
  elseif class == 'draw' then return draw(cb)
  elseif class == 'data' then return data_table(cb)
  elseif class == 'console' then return session(cb, '$ ', 'console')
  elseif class == 'gdb' and (cb.text:match('^%(gdb%)') or cb.text:match('\n%(gdb%)')) then return { session(cb, '(gdb) ', 'gdb'), stepper(cb.attributes.script) } end
  local c = { num = '', ch = here.ch or 0, locals = '' }
  local lines = highlight(languages[class] or 'text', cb.text, function(n, b, o) return identifier_html(n, c, b, o) end, esc)
  local t = {}
  for i, l in ipairs(lines) do t[i] = l.html end
  return raw('<pre class="sample" tabindex="0"><code>' .. table.concat(t, '\n') .. '</code></pre>')
end

local stars = { ['1'] = '●○○', ['2'] = '●●○', ['3'] = '●●●' }
local kinds = { predict = 'predict', extend = 'extend', ['break'] = 'break it' }
local indexes = {}
local function Div(d)
  local a = d.attributes
  if d.classes[1] == 'chunk' and a.num then return raw(chunk_html(bynum[a.num])) end
  if d.classes[1] == 'stepper' then
    stepping = true
    return raw(read_file(('%s/walks/%s.html'):format(dir, a.walk)) or err(a.at, 'there is no walk ' .. (a.walk or '')) or '')
  end
  if indexes[d.identifier] then return raw(indexes[d.identifier]()) end
  if d.classes[1] == 'hint' or d.classes[1] == 'answer' then
    local out = { raw(('<details class="%s"><summary>%s</summary>'):format(d.classes[1], d.classes[1]:gsub('^%l', string.upper))) }
    for _, b in ipairs(d.content) do add(out, b) end
    add(out, raw('</details>'))
    return out
  end
  if d.classes[1] ~= 'exercise' then return nil end
  if here.answers ~= '' then
    for _, part in ipairs { 'hint', 'answer' } do
      local found
      for _, b in ipairs(d.content) do found = found or b.t == 'RawBlock' and b.text:match('^<details class="' .. part) end
      if not found then err(a.at, ('exercise %s has no %s: write "::: %s" inside it'):format(a.num or '', part, part)) end
    end
  end
  if not stars[a.level or ''] then err(a.at, 'an exercise needs level=1, 2 or 3') end
  if not kinds[a.kind or ''] then err(a.at, 'an exercise needs kind=predict, extend or break') end
  local out = { raw(('<section class="exercise"%s><p class="cap"><a class="num" href="#%s">Exercise %s</a> <span class="kind">%s</span> <span class="stars" title="level %s of 3">%s</span></p>')
    :format(d.identifier ~= '' and ' id="' .. d.identifier .. '"' or '', d.identifier, a.num or '', kinds[a.kind or ''] or '', a.level or '', stars[a.level or ''] or '')) }
  for _, b in ipairs(d.content) do add(out, b) end
  add(out, raw('</section>'))
  return out
end

local function Header(h)
  if h.level > 1 and h.identifier ~= '' then
    add(h.content, rawi((' <a class="perma" href="#%s" aria-label="link to this section">#</a>'):format(h.identifier)))
    return h
  end
end

local function Para(p)
  if #p.content == 1 and p.content[1].t == 'Image' and p.content[1].src:match('%.svg$') then return drawing(p.content[1]) end
end

-- ---------------------------------------------------------------- inlines

local function quoted(el)
  local t, at = el.text, el.attributes.at
  local name = t:match('^<<(.*)>>$')
  if name then
    if not byname[name] then err(at, 'no chunk <<' .. name .. '>>') end
    return rawi(use_html(name, here.ch or math.huge))
  end
  local target
  local first, member = t:match('^([%a_][%w_]*)[%->.]+([%a_][%w_]*)$')
  local c = { num = '', ch = here.ch or math.huge, locals = '', forward = true }
  if byname[t] and byname[t][1][1].root then target = byname[t][1][1]
  elseif member then target = definition(member, c, '.', first)
  elseif t:match('^struct [%a_][%w_]*$') then target = definition(t:sub(8), c, 'struct', '')
  else target = definition(t:match('^([%a_][%w_]*)%(?%)?$') or '', c, '', '') end
  if not target then return pandoc.Code(t) end
  return rawi(('<a class="id" href="%s"><code>%s</code></a>'):format(href(target), esc(t)))
end

-- ---------------------------------------------------------------- links to what stands elsewhere

local go_source = 'https://go.googlesource.com/go/+/refs/tags/go1.23.5/src/'
local linux = 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/%s?h=v6.12'
local go_lines	-- "proc.go:schedule" -> { path, line }, as go-lines.py has found them

local function elsewhere(t)
  if not go_lines then
    go_lines = {}
    for l in (read_file(tools .. '/go-lines.tsv') or ''):gmatch('[^\n]+') do
      local said, path, line = l:match('^(.-)\t(.-)\t(.-)$'); go_lines[said] = { path, line }
    end
  end
  local file, rest = t:match('^([%w_][%w_./-]*)(.*)$')
  if not file then return nil end
  if rest == '' and file:match('/') or file == 'Makefile' or file:match('^%u+%.md$') then
    local last	-- a file of this book, as it is at the end of this chapter
    for _, c in ipairs(x.chunks) do if c.file == file and c.ch <= (here.ch or math.huge) then last = c end end
    if last then return ('files/%s-%s.html'):format(x.pages[last.page].id:match('^%d+'), (file:gsub('/', '-'))) end
    local ours = ('tests bench exercises book Makefile'):find(file:match('^%w+'), 1, true) or file:match('^%u+%.md$')
    if ours and repository ~= '' and read_file(file) then return repository .. '/' .. file end
  end
  local at = go_lines[t]
  if at then return go_source .. at[1] .. (at[2] ~= '' and '#' .. at[2] or '') end
  if file:match('%.go$') and rest:match('^:[%a_][%w_.]*$') then return go_source .. (file:match('/') and file:gsub('^src/', '') or 'runtime/' .. file) end
  local root = file:match('^(%w+)/')
  local roots = rest == '' and file:match('%.%a+$') and ' fs kernel mm arch include init Documentation ' or rest:match('^:[%a_][%w_]*$') and ' fs kernel mm arch ' or ''
  if root and roots:find(' ' .. root .. ' ', 1, true) then
    return linux:format(file)
  end
end

local function Code(el)
  if el.classes[1] == 'nwq' then return quoted(el) end
  if el.classes[1] == 'num' then return number(el) end
  local long = #el.text > 20 and el.text:match('[_/]%w+[_/]')	-- a long name may be broken where its words end
  local to = here.id ~= 'index' and elsewhere(el.text)
  if long or to then
    local html = '<code>' .. (long and esc(el.text):gsub('([_/])(%w)', '%1<wbr>%2') or esc(el.text)) .. '</code>'
    return rawi(to and ('<a class="out" href="%s">%s</a>'):format(esc(to), html) or html)
  end
end

Link = function(l)
  local id, file = l.target:match('^#(.+)'), l.target:match('^([%w-]+)%.html')
  local at, capital, full = l.attributes.at, l.attributes.cap, l.attributes.full
  if file and not x.targets[file] then err(at, ('the book has no page %s.html'):format(file)) end
  l.attributes.at, l.attributes.cap, l.attributes.full = nil, nil, nil
  if not id then return l end
  local t, own = x.targets[id], {}
  for _, s in ipairs(here.sections) do own[s[2]] = s[3] end
  if not t and own[id] then
    if #l.content == 0 then l.content = { rawi('“' .. own[id] .. '”') } end
    return l
  end
  if not t then err(at, ('nothing in the book has the id %s'):format(id)); return nil end
  local p = x.pages[t[1]]
  if #l.content == 0 then
    local text = t[3]
    if text == '' and p.ch then	-- alone in its paragraph with the title, else with the title as a hint
      text = named(p) .. (full and ', ' .. p.title or '')
      if not full then l.title = bare(p) end
    elseif text == '' then text = p.title
    elseif t[1] ~= here.i and text:match('^“') and p.ch then text = text .. ' in ' .. named(p); l.title = bare(p) end
    l.content = { rawi(capital and text:gsub('^%l', string.upper) or text) }
  end
  l.target = (t[1] == here.i and t[2] ~= '') and '#' .. t[2] or p.id .. '.html' .. (t[2] ~= '' and '#' .. t[2] or '')
  return l
end

local notes = 0
local function Note(n)
  notes = notes + 1
  local list = {}
  for i, b in ipairs(n.content) do
    if i > 1 then add(list, pandoc.LineBreak()) end
    for _, e in ipairs(b.content or { pandoc.Code(b.text or '') }) do add(list, e) end
  end
  return { rawi(('<label class="sn-mark" for="sn-%d">%d</label><input type="checkbox" id="sn-%d" class="sn-toggle" aria-label="show note %d">')
    :format(notes, notes, notes, notes)), rawi(('<span class="sn" role="note"><span class="sn-n">%d</span> '):format(notes)),
    pandoc.Span(list), rawi('</span>') }
end

-- an address in the text: golang.org/s/go11sched
local function Str(s)
  local before, address, after = s.text:match('^(%(?)([%w.-]+%.%l+/[%w/._#-]*[%w/])([)%].,:;]*)$')
  if address and (' org dev com net edu io '):find(' ' .. address:match('%.(%l+)/') .. ' ', 1, true) then
    return { pandoc.Str(before), rawi(('<a class="out" href="https://%s">%s</a>'):format(address, address)), pandoc.Str(after) }
  end
end

local function Span(s)
  if s.classes[1] == 'term' then
    local list = { rawi(('<dfn class="term" id="%s">'):format(s.identifier)) }
    for _, e in ipairs(s.content) do add(list, e) end
    add(list, rawi('</dfn>'))
    return list
  end
end

-- ---------------------------------------------------------------- the page

sidebar = function()
  local out, part = {}, ''
  for _, p in ipairs(x.pages) do
    if p.id ~= 'index' then
      if p.part ~= '' and p.part ~= part then part = p.part; add(out, '<li class="part">' .. part .. '</li>') end
      local me = p.i == here.i
      add(out, ('<li%s><a href="%s%s.html"%s>%s%s</a>'):format(me and ' class="here"' or '', up, p.id, me and ' aria-current="page"' or '',
        p.ch and '<span class="n">' .. label(p) .. '</span>' or '', '<span>' .. p.title .. '</span>'))
      if me and #p.sections > 0 then
        add(out, '<ul>')
        local own = up == '' and '' or up .. p.id .. '.html'
        for _, s in ipairs(p.sections) do if s[1] == 2 then add(out, ('<li><a href="%s#%s">%s</a></li>'):format(own, s[2], s[3])) end end
        add(out, '</ul>')
        if #drawn > 0 then
          add(out, '<details><summary>Figures</summary><ul>')
          table.sort(drawn, function(a, b) return (tonumber(tostring(a[2]):match('%d+$')) or 0) < (tonumber(tostring(b[2]):match('%d+$')) or 0) end)
          for _, f in ipairs(drawn) do add(out, ('<li><a href="%s#%s"><b>%s</b> %s</a></li>'):format(own, f[1], f[2], esc(f[3]))) end
          add(out, '</ul></details>')
        end
        if #files > 0 then
          add(out, '<details><summary>Files so far</summary><ul>')
          for _, f in ipairs(files) do add(out, ('<li><a href="%s"><code>%s</code></a></li>'):format(up .. f.page, esc(f.path))) end
          add(out, '</ul></details>')
        end
      end
      add(out, '</li>')
    end
  end
  return '<ul>' .. table.concat(out) .. '</ul>'
end

indexes['contents'] = function()
  local out, part, open = {}, nil, false
  for _, p in ipairs(x.pages) do
    if p.id ~= 'index' then
      if p.part ~= '' and p.part ~= part then
        if open then add(out, '</ol>'); open = false end
        part = p.part
        add(out, '<h2>' .. part .. '</h2>')
      end
      if not open then add(out, '<ol class="toc">'); open = true end
      add(out, ('<li><a href="%s.html"><span class="n">%s</span><span class="t">%s</span><span class="d">%s</span></a></li>'):format(p.id, label(p) or '', p.title, p.promise))
    end
  end
  if open then add(out, '</ol>') end
  return table.concat(out)
end

local function sorted(keys)
  table.sort(keys, function(a, b)
    local la, lb = a:lower():gsub('^_+', ''), b:lower():gsub('^_+', '')
    if la ~= lb then return la < lb end
    return a < b
  end)
  return keys
end

local function index_list(keys, row, first)
  local out, letter = { '<dl class="index">' }, ''
  for _, k in ipairs(first or {}) do add(out, row(k)) end
  for _, k in ipairs(sorted(keys)) do
    local l = k:gsub('^[^%a%d]+', ''):sub(1, 1):upper()
    if l ~= letter then letter = l; add(out, '<dt class="letter">' .. esc(l) .. '</dt>') end
    add(out, row(k))
  end
  return table.concat(out) .. '</dl>'
end

indexes['index-identifiers'] = function()
  local uses, keys = {}, {}
  for id in pairs(x.defs) do add(keys, id); uses[id] = {} end
  for _, c in ipairs(x.chunks) do
    local seen = {}
    highlight(c.lang, bodies[c.num] or '', function(name)
      if uses[name] and not seen[name] then seen[name] = true; add(uses[name], c) end
      return ''
    end, function() return '' end)
  end
  return index_list(keys, function(id)
    local def, what, t = {}, {}, {}
    for _, d in ipairs(x.defs[id]) do
      def[d[1]] = true
      local w = d[2] .. (d[3] ~= '' and ' of ' .. d[3] or '')
      if not what[w] then what[w] = true; add(what, w) end
    end
    for _, c in ipairs(uses[id]) do add(t, ('<a href="%s">%s</a>'):format(href(c), def[c.i] and '<b>' .. c.num .. '</b>' or c.num)) end
    return ('<dt><code>%s</code> <small>%s</small></dt><dd>%s</dd>'):format(esc(id), esc(table.concat(what, ', ')), table.concat(t, ', '))
  end)
end

indexes['index-chunks'] = function()
  local keys, files = {}, {}
  for name, v in pairs(byname) do add(v[1][1].root and files or keys, name) end
  return index_list(keys, function(name)
    local all, t = byname[name], {}
    for v, list in ipairs(all) do add(t, (v > 1 and 'replaced by ' or '') .. nums(list)) end
    return ('<dt>%s</dt><dd>%s%s</dd>'):format(all[1][1].root and '<code>' .. esc(name) .. '</code>' or '⟨' .. name_html(name) .. '⟩',
      table.concat(t, ', '), usedby[name] and '; <small>used in ' .. nums(usedby[name]) .. '</small>' or '')
  end, sorted(files))
end

indexes['index-concepts'] = function()
  local keys, where = {}, {}
  for _, t in ipairs(x.terms) do
    if not where[t[1]] then where[t[1]] = {}; add(keys, t[1]) end
    local p = x.pages[t[2]]
    add(where[t[1]], ('<a href="%s.html#%s"%s>%s</a>'):format(p.id, t[3], p.ch and hint(p) or '', p.ch and named(p) or p.title))
  end
  return index_list(keys, function(k) return ('<dt>%s</dt><dd>%s</dd>'):format(esc(k), table.concat(where[k], ', ')) end)
end

local function Meta(m)
  local s = pandoc.utils.stringify
  dir, site, book, tools, draft = s(m.dir), s(m.site), s(m.book), s(m.tools), m.draft ~= nil
  repository = m.repository and s(m.repository):gsub('/*$', '') or ''
  x = dofile(dir .. '/xref.lua')
  highlight = dofile(tools .. '/highlight.lua')
  for i, p in ipairs(x.pages) do
    p.i = i
    if p.id == s(m.page) then here = p end
    if not p.ch and p.part == '' and i > 1 and x.pages[i - 1].ch then p.part = 'Back matter' end
  end
  bodies = dofile(dir .. '/' .. here.id .. '.lua')
  index_chunks()
  if here.id == 'identifiers' then
    for _, p in ipairs(x.pages) do for k, v in pairs(dofile(dir .. '/' .. p.id .. '.lua')) do bodies[k] = v end end
  end
  local function meta(k, v) if v and v ~= '' then m[k] = pandoc.MetaInlines { rawi(v) } end end
  local index
  for _, p in ipairs(x.pages) do if p.id == 'index' then index = p end end
  booktitle = index and index.title or 'The book'
  meta('booktitle', booktitle)
  meta('heading', here.title); meta('description', here.desc); meta('subtitle', here.subtitle)
  meta('pagetitle', (here.ch and label(here) .. '. ' or '') .. here.title:gsub('<[^>]*>', ''))
  meta('plaindesc', here.desc:gsub('<[^>]*>', ''):gsub('"', '&quot;'))
  meta('chapter', here.ch and named(here):gsub('^%l', string.upper)); meta('part', here.part)
  if here.id == 'index' then meta('cover', svg_html(read_file(tools .. '/cover.svg'), here.title)) end
  read_files()
  local function neighbour(k, p)
    if p then meta(k, p.id .. '.html'); meta(k .. 'title', p.title); meta(k .. 'n', p.ch and named(p):gsub('^%l', string.upper)) end
  end
  neighbour('prev', x.pages[here.i - 1]); neighbour('next', x.pages[here.i + 1])
  return m
end

return {
  { Meta = Meta },
  { CodeBlock = CodeBlock, Code = Code, Link = Link, Str = Str, Span = Span, Header = Header, Note = Note },
  { Para = Para, Div = Div, Table = function(t) return { raw('<div class="scroll">'), t, raw('</div>') } end },
  { Pandoc = function(doc)
    write_files()
    if here.id ~= 'index' then doc.blocks = at_ends(doc.blocks) end
    local function meta(k, v) if v then doc.meta[k] = pandoc.MetaInlines { rawi(v) } end end
    meta('sidebar', sidebar()); meta('files', files_html()); meta('stepping', stepping and 'yes')
    if failed and not draft then os.exit(1) end
    return doc
  end },
}
