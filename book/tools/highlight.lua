-- highlight.lua -- colour code line by line and let the caller link what it knows.
--
--   highlight(language, text, identifier, use) -> { {html=..., uses={names}, white=...} }
--
-- identifier(name, before, owner) and use(name) return HTML; before is the token in front
-- of the name, owner the name in front of a -> or a dot; a fourth is the number of the line.  A chunk's use is \001name\002.
-- Classes: co comment, st string, nu number, pp preprocessor or directive, kw keyword or
-- instruction, ty type, rg and rs scratch and saved register, va variable of GDB or make.

local function set(words) local t = {}; for w in words:gmatch('%S+') do t[w] = true end; return t end

local c_kw = set [[auto break case const continue default do else enum extern for goto if inline register restrict return
  sizeof static struct switch typedef typeof union volatile while asm __asm__ __volatile__ _Static_assert _Thread_local
  __thread _Atomic _Noreturn _Alignas _Alignof __attribute__]]
local c_ty = set [[void char short int long float double signed unsigned bool _Bool]]
local sh_kw = set [[if then else elif fi for in do done while until case esac return exit export set trap exec cd local]]
local py_kw = set [[and as assert break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield None True False self]]
local saved = set [[rbx rbp r12 r13 r14 r15 rsp ebx ebp esp r12d r13d r14d r15d bl]]

-- for each language: the opening of a line comment, block comments, first word of a line is a command
local rules = {
  c = { line = '//', block = true, kw = c_kw, ty = c_ty, pp = true },
  asm = { line = '#', line2 = '//', block = true, pp = true, command = true, regs = true },
  gdb = { line = '#', command = true, vars = true, quote = true, kw = set 'if else end while' },
  make = { line = '#', vars = true, kw = set 'include ifeq ifneq ifdef endif else export' },
  sh = { line = '#', vars = true, kw = sh_kw, quote = true },
  python = { line = '#', kw = py_kw, quote = true },
  text = {},
}

local entity = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }
local function esc(s) return (s:gsub('[&<>"]', entity)) end

local function string_end(s, i, quote)	-- the position of the closing quote, or of the line's end
  local k = i + 1
  while k <= #s do
    local ch = s:sub(k, k)
    if ch == '\\' then k = k + 1 elseif ch == quote then return k elseif ch == '\n' then return k - 1 end
    k = k + 1
  end
  return #s
end

return function(language, s, identifier, use)
  local r = rules[language] or rules.text
  local lines, cur, uses, white, start = {}, {}, {}, '', 1
  local before, owner, last_name, bol, first = '', '', '', true, true	-- bol: only white space so far; first: a command may come
  local function text(cls, piece)		-- piece may span lines
    for part, nl in (piece .. '\0'):gmatch('([^\n\0]*)([\n\0])') do
      if part ~= '' then cur[#cur + 1] = cls and ('<span class="%s">%s</span>'):format(cls, esc(part)) or esc(part) end
      if nl == '\n' then
        lines[#lines + 1] = { html = table.concat(cur), uses = uses, white = white }
        cur, uses, white, bol, first = {}, {}, '', true, true
      end
    end
  end
  local i = 1
  while i <= #s do
    local function at(pattern) return s:match('^' .. pattern, i) end
    local t, cls = at('[ \t\n]+'), nil
    if t then
      text(nil, t); i = i + #t
      if t:find('\n') then start = i - #t:match('[^\n]*$') end
    elseif at('\1') then
      t = at('\1([^\2]*)\2')
      if #uses == 0 then white = s:sub(start, i - 1):gsub('\1[^\2]*\2', ''):gsub('[^\t]', ' ') end
      uses[#uses + 1] = t; cur[#cur + 1] = use(t); i = i + #t + 2; bol = false
    else
      if r.pp and bol and at('#[ \t]*%a') then
        t = at('#[ \t]*%a+'); cls = 'pp'
        local inc = t:match('include') and s:match('^[ \t]*[<"][^>"\n]*[>"]', i + #t)
        if inc then
          text('pp', t .. inc:match('^%s*')); i = i + #t + #inc:match('^%s*'); t, cls = inc:match('%S+'), 'st'
          local html = t:match('^"') and identifier(t, 'include', '', #lines + 1)
          if html then cur[#cur + 1] = '<span class="st">' .. html .. '</span>'; cls = false end
        end
      elseif r.block and at('/%*') then t, cls = at('/%*.-%*/') or s:sub(i), 'co'
      elseif (r.line and s:sub(i, i + #r.line - 1) == r.line) or (r.line2 and s:sub(i, i + 1) == r.line2) then t, cls = at('[^\n]*'), 'co'
      elseif language == 'python' and at('"""') then t, cls = at('""".-"""') or s:sub(i), 'st'
      elseif at('"') or (at("'") and (r.quote or language == 'c' or language == 'asm')) then
        t, cls = s:sub(i, string_end(s, i, s:sub(i, i))), 'st'
      elseif r.regs and at('%%[%a]') then
        t = at('%%%w+'); cls = saved[t:sub(2)] and 'rs' or 'rg'
      elseif r.regs and at('%.[%a_]') then t = at('%.[%w_.]+'); cls = (t:match('^%.L') or not first) and 'lb' or 'pp'; first = false
      elseif r.vars and at('%$[%w_({]') then t = at('%$%b()') or at('%$%b{}') or at('%$[%w_]+'); cls = 'va'
        if t:find('\n') then t = '$' end
      elseif at('%d') then t = at('0[xX]%x+%w*') or at('[%w.]+'); cls = 'nu'; if r.regs and at('%d+:') then cls = 'lb' end
      elseif at('[%a_]') then
        t = at('[%w_]+')
        local label = r.regs and s:sub(i + #t, i + #t) == ':'
        if r.kw and r.kw[t] and not (r.command and not first) then cls = 'kw'
        elseif r.ty and (r.ty[t] or t:match('_t$')) then cls = 'ty'
        elseif r.command and first and not label then cls = 'kw'; first = t:match('^rep') or t == 'lock' end
        if r.command and first and not label and not cls then first = false end
        if cls == nil or cls == 'ty' then
          local html = r.regs and before == '@' and t or identifier(t, before, owner, #lines + 1)
          if html ~= nil and html ~= esc(t) or cls == nil then cur[#cur + 1] = html; cls = false end
        end
        last_name = t
      else t = at('%->') or s:sub(i, i):match('[\0-\127]') or at('[\194-\244][\128-\191]*') or s:sub(i, i) end
      if cls ~= false then text(cls, t) end
      if cls ~= 'co' then before = t; owner = (t == '->' or t == '.') and last_name or '' end
      if t == ';' or (r.regs and t == ':') then first = true end
      bol = false; i = i + #t
    end
  end
  lines[#lines + 1] = { html = table.concat(cur), uses = uses, white = white }
  return lines
end
