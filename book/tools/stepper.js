// stepper.js -- a recorded walk of the debugger on the page: code, registers, stack and scheduler at each step.
// The data is in the page (stepper.py wrote it); without this script the page has a table of the important steps.
(function () {
  var d = document
  function el(tag, cls, text) { var e = d.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e }
  var first = ['rip', 'rsp', 'rbp', 'rax', 'rdi', 'rsi']

  function stepper(fig) {
    var walk = JSON.parse(fig.querySelector('script').textContent), steps = walk.steps, at = 0, playing
    var top = el('div', 'st-top'), say = el('div', 'st-say'), panes = el('div', 'st-panes'), sched = el('div', 'st-sched')
    var range = el('input'), count = el('output'), live = el('div', 'st-all'), buttons = {}
    range.type = 'range'; range.min = 1; range.max = steps.length; range.setAttribute('aria-label', 'step')
    range.oninput = function () { go(range.value - 1) }
    function button(key, text, title, f) {
      var b = el('button', '', text); b.type = 'button'; b.title = title; b.setAttribute('aria-label', title); b.onclick = f
      top.append(b); buttons[key] = b
    }
    button('home', '«', 'to the start (Home)', function () { go(0) })
    button('back', '‹', 'one step back (←)', function () { go(at - 1) })
    top.append(range)
    button('next', '›', 'one step on (→)', function () { go(at + 1) })
    top.append(count)
    var jumps = el('span', 'st-jumps', 'to the next '); top.append(jumps)
    ;['stack', 'goroutine', 'thread'].forEach(function (what) {
      var b = el('button', '', what); b.type = 'button'; b.title = 'to the next change of ' + what + ' (' + what[0] + ')'
      b.onclick = function () { change(what) }
      b.disabled = after(what, -1) < 0; jumps.append(b)
    })
    live.append(top, say, panes, sched)
    fig.insertBefore(live, fig.firstChild); fig.classList.add('on')

    function state(i) { for (; i >= 0; i--) if (steps[i].state !== undefined) return walk.states[steps[i].state]; return null }
    function chosen(s) { return s && s.threads.filter(function (t) { return t.n === s.at })[0] }
    function is(what, i) {
      var s = state(i), t = chosen(s)
      return !t ? '' : what === 'stack' ? t.on : what === 'goroutine' ? t.g || '' : String(s.at)
    }
    function after(what, i) {
      if (i < 0) { for (var k = 1; k < steps.length; k++) if (is(what, k - 1) && is(what, k) !== is(what, k - 1)) return k; return -1 }
      for (var j = i + 1; j < steps.length; j++) if (is(what, j) !== is(what, i) && is(what, j)) return j
      return -1
    }
    function change(what) { var j = after(what, at); if (j >= 0) go(j) }

    function line(parent, text, cls) { parent.append(el('span', cls, text), '\n') }
    function code(t) {
      var box = el('div', 'st-code')
      if (!t.code) { box.append(el('p', 'st-name', t.in + ': not in the book')); return box }
      var c = walk.codes[t.code[0]], name = el('p', 'st-name'), a = el('a', '', c.chunk), pre = el('pre')
      a.href = c.at.replace(new RegExp('^' + location.pathname.replace(/.*\//, '').replace(/\W/g, '\\$&') + '(?=#)'), '')
      name.append(el('b', '', t.in), ' in ', a); pre.tabIndex = 0
      c.lines.forEach(function (l, i) { line(pre, l.replace(/<<(\S|\S.*?\S)>>/g, '⟨$1⟩') || ' ', 'l' + (i === t.code[1] ? ' here' : '')) })
      box.append(name, pre)
      var asm = el('pre', 'st-insns')
      t.insns.forEach(function (l, i) { line(asm, (i ? '   ' : '=> ') + l, i ? '' : 'here') })
      box.append(asm)
      return box
    }
    function table(title, rows) {
      var t = el('table'), body = el('tbody')
      t.append(el('caption', '', title))
      rows.forEach(function (r) {
        var tr = el('tr', r[2] ? 'new' : '')
        tr.append(el('th', '', r[0]), el('td', '', r[1])); body.append(tr)
      })
      t.append(body)
      return t
    }
    function thread(t, old, only) {
      var box = el('section', 'st-thread' + (only ? ' only' : '')), data = el('div', 'st-data'), more = fig.dataset.all
      var names = Object.keys(t.regs), title = []
      if (!only) title.push('thread ' + t.n)
      if (t.m) title.push(t.m)
      if (t.g) title.push('g is ' + t.g)
      if (t.on !== '?') title.push(t.on === 'kernel' ? 'on the stack that the kernel made' : 'on the stack of ' + t.on)
      box.append(el('h4', t.here ? 'here' : '', title.join(' · ')), code(t))
      names = more ? names : names.filter(function (r) { return first.indexOf(r) >= 0 || old && old.regs[r] !== t.regs[r] })
      var regs = table('registers', names.map(function (r) { return ['%' + r, t.regs[r], old && old.regs[r] !== t.regs[r]] }))
      var all = el('button', '', more ? 'fewer' : 'all'); all.type = 'button'
      all.onclick = function () { if (more) delete fig.dataset.all; else fig.dataset.all = '1'; go(at) }
      regs.caption.append(' ', all)
      data.append(regs)
      if (t.stack.length) data.append(table('stack, from %rsp up', t.stack.map(function (w, i) {
        return [i ? '+' + 8 * i : '%rsp', w, old && (old.regs.rsp !== t.regs.rsp || old.stack[i] !== w)]
      })))
      box.append(data)
      return box
    }
    function list(title, now, old) {
      var box = el('div'), pre = el('pre')
      pre.tabIndex = 0
      now.forEach(function (l) { line(pre, l, old && old.indexOf(l) < 0 ? 'new' : '') })
      box.append(el('h4', '', title), pre)
      return box
    }
    function go(i, quiet) {
      at = Math.max(0, Math.min(steps.length - 1, i))
      var step = steps[at], s = state(at), before = at ? state(at - 1) : null
      say.textContent = panes.textContent = sched.textContent = ''
      var told = at
      while (told > 0 && !steps[told].say) told--
      if (steps[told].say) say.append(el('p', told < at ? 'old' : '', steps[told].say))
      var tty = el('pre')
      tty.append(el('span', 'ps', '(gdb) '), el('kbd', '', step.cmd), el('small', '', step.of ? '  ' + step.of : step.pass ? '  on the way: ' + step.pass : ''), '\n')
      ;(step.out || []).forEach(function (l) { tty.append(el('samp', '', l), '\n') })
      say.append(tty)
      if (step.after) say.append(el('p', '', step.after))
      if (s && step.state !== undefined) {
        s.threads.forEach(function (t) {
          var old = before && before.threads.filter(function (o) { return o.n === t.n })[0]
          t.here = t.n === s.at
          panes.append(thread(t, old, s.threads.length === 1))
        })
        panes.className = 'st-panes' + (s.threads.length > 1 ? ' many' : '')
        if (s.sched) sched.append(list('info sched', s.sched, before && before.sched))
        if (s.gs) sched.append(list('info goroutines', s.gs, before && before.gs))
        var here = panes.querySelectorAll('.st-code .here.l')
        Array.prototype.forEach.call(here, function (h) { var p = h.parentNode; p.scrollTop = h.offsetTop - p.clientHeight / 2 })
      } else panes.append(el('p', 'st-none', at && state(at - 1) ? 'The program has ended.' : 'The program has not been started.'))
      range.value = at + 1; count.textContent = at + 1 + ' of ' + steps.length
      buttons.back.disabled = buttons.home.disabled = at === 0; buttons.next.disabled = at === steps.length - 1
      fig.dataset.step = at + 1
      if (!quiet) try { history.replaceState(null, '', '#' + fig.id + '-' + (at + 1)) } catch (e) {}
    }
    fig.addEventListener('keydown', function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey) return
      var k = e.key, f = { ArrowRight: function () { go(at + 1) }, ArrowLeft: function () { go(at - 1) }, Home: function () { go(0) },
        End: function () { go(steps.length - 1) }, s: function () { change('stack') }, g: function () { change('goroutine') }, t: function () { change('thread') } }[k]
      if (!f || e.target.tagName === 'PRE' && /Arrow/.test(k) && e.target.scrollWidth > e.target.clientWidth) return
      e.preventDefault(); e.stopPropagation(); f()
    })
    function linked() {
      var m = location.hash.match(/^#(walk-.*?)(?:-(\d+))?$/)
      if (m && m[1] === fig.id) { go((m[2] || 1) - 1, true); fig.scrollIntoView() }
    }
    // at first sight the program stands somewhere
    for (var begin = 0; begin < steps.length - 1 && steps[begin].state === undefined;) begin++
    go(begin, true); linked(); addEventListener('hashchange', linked)
  }
  Array.prototype.forEach.call(d.querySelectorAll('figure.stepper'), stepper)
})()
