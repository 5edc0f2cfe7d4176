// book.js -- theme, keys, copy, peek, current section, search.  Only the search uses a library;
// the book reads the same without any of it.
(function () {
  var d = document, root = d.documentElement
  function all(s, f) { Array.prototype.forEach.call(d.querySelectorAll(s), f) }
  function el(tag, cls, text) { var e = d.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e }

  // light or dark: the system's choice until the reader makes one
  var theme = d.getElementById('theme')
  theme.hidden = false
  theme.onclick = function () {
    var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
    try { localStorage.theme = root.dataset.theme } catch (e) {}
  }

  // copy: of a session only what was typed, of a chunk its code with <<names>>
  function code(box) {
    var out = ''
    Array.prototype.forEach.call(box.querySelectorAll('.code > pre .l, .code > .fold > summary .l'), function (l) {
      l = l.cloneNode(true)
      Array.prototype.forEach.call(l.querySelectorAll('.use'), function (u) {
        u.querySelector('.n').remove(); u.textContent = '<<' + u.textContent.trim().replace(/^⟨|\s*⟩$/g, '') + '>>'
      })
      out += l.textContent + '\n'
    })
    return out
  }
  function commands(box) { return Array.prototype.map.call(box.querySelectorAll('kbd'), function (k) { return k.textContent + '\n' }).join('') }
  all('figure.chunk, .tty, .sample', function (box) {
    if (box.matches('.tty') && !box.querySelector('kbd')) return
    if (box.matches('.sample')) { var w = el('div'); box.parentNode.insertBefore(w, box); w.appendChild(box); w.className = 'has-copy'; box = w }
    var b = el('button', 'copy', 'copy'); b.type = 'button'; box.classList.add('has-copy'); box.appendChild(b)
    b.onclick = function () {
      var s = box.matches('.chunk') ? code(box) : box.matches('.tty') ? commands(box) : box.querySelector('code').textContent
      var t = el('textarea'); t.value = s; d.body.appendChild(t); t.select()	// works from file:// too
      b.textContent = d.execCommand('copy') ? 'copied' : 'press Ctrl-C'; t.remove()
      setTimeout(function () { b.textContent = 'copy' }, 1200)
    }
  })

  // all code of the page at once, and folded again; the answers of exercises stay folded
  var folds = d.querySelectorAll('main .fold, main .script'), unfold = d.querySelector('.head > .unfold')
  if (unfold) {
    unfold.onclick = function () {
      var open = unfold.getAttribute('aria-pressed') === 'false'
      Array.prototype.forEach.call(folds, function (f) { f.open = open })
      unfold.setAttribute('aria-pressed', open); unfold.textContent = open ? 'Fold all code' : 'Unfold all code'
    }
  }

  // what a link leads to is not left in a fold
  function unhide() {
    var target = location.hash && d.getElementById(decodeURIComponent(location.hash.slice(1))), shut = false
    for (var p = target && target.parentElement; p; p = p.parentElement) if (p.tagName === 'DETAILS' && !p.open) { p.open = shut = true }
    if (shut) target.scrollIntoView()
  }
  unhide(); addEventListener('hashchange', unhide)

  // a table or a figure that is too wide says so, and can be scrolled with the keys
  function wide() { all('.scroll, .fig', function (s) { var more = s.scrollWidth > s.clientWidth + 2; s.classList.toggle('more', more); if (more) s.tabIndex = 0; else s.removeAttribute('tabindex') }) }
  wide(); addEventListener('resize', wide)

  // on a phone a tap shows a figure twice as wide, over the page; another tap or Escape ends that
  var zoom
  function shrink() { if (zoom) { zoom.remove(); zoom = null; return true } }
  if (matchMedia('(pointer: coarse)').matches) all('.fig > svg', function (svg) {
    svg.parentNode.classList.add('taps')
    svg.addEventListener('click', function (e) {
      if (e.target.closest('a')) return
      zoom = el('div', 'zoom'); zoom.append(svg.cloneNode(true)); zoom.onclick = shrink
      zoom.setAttribute('role', 'dialog'); zoom.setAttribute('aria-label', 'The figure, enlarged')
      d.body.append(zoom)
    })
  })

  // peek: what a chunk or an identifier stands for, without leaving the line
  var peek, timer
  function close() { clearTimeout(timer); if (peek) { peek.remove(); peek = null } }
  function show(a) {
    var h = a.getAttribute('href'), target = h[0] === '#' && d.getElementById(h.slice(1)), fold = a.closest('.fold')
    if ((!target || target.matches('.hook')) && fold && a.matches('.use')) target = fold.querySelector('.exp')
    if (!target || target.contains(a) && !target.matches('.exp')) return false
    close()
    peek = el('div', 'peek'); peek.appendChild(target.cloneNode(true))
    Array.prototype.forEach.call(peek.querySelectorAll('.script'), function (n) { n.open = true })
    Array.prototype.forEach.call(peek.querySelectorAll('[id]'), function (n) { n.removeAttribute('id') })
    var r = a.getBoundingClientRect()
    d.body.appendChild(peek)
    peek.style.left = Math.max(8, Math.min(scrollX + r.left, scrollX + innerWidth - peek.offsetWidth - 16)) + 'px'
    peek.style.top = scrollY + (r.bottom + peek.offsetHeight > innerHeight && r.top > peek.offsetHeight ? r.top - peek.offsetHeight - 6 : r.bottom + 6) + 'px'
    peek.onmouseleave = close
    return true
  }
  d.addEventListener('mouseover', function (e) {
    var a = e.target.closest && e.target.closest('a.use, a.id')
    if (a && !a.closest('.peek')) { clearTimeout(timer); timer = setTimeout(function () { show(a) }, 250) }
    else if (!e.target.closest || !e.target.closest('.peek')) { clearTimeout(timer); if (peek) timer = setTimeout(close, 200) }
  })
  d.addEventListener('touchend', function (e) {	// first tap: peek, second tap: go
    var a = e.target.closest('a.use, a.id')
    if (a && a !== show.last && show(a)) { show.last = a; e.preventDefault() } else if (!a && !e.target.closest('.peek')) { show.last = null; close() }
  }, { passive: false })

  // the section that is being read
  var now
  if (window.IntersectionObserver) {
    var seen = new IntersectionObserver(function (list) {
      list.forEach(function (i) {
        if (!i.isIntersecting) return
        var a = d.querySelector('nav.side .here ul a[href="#' + i.target.id + '"]')
        if (a) { if (now) now.classList.remove('now'); a.classList.add('now'); now = a }
      })
    }, { rootMargin: '0px 0px -75% 0px' })
    all('main h2[id]', function (h) { seen.observe(h) })
  }
  d.querySelector('nav.side').addEventListener('click', function () { d.getElementById('menu').checked = false })
  var menu = d.getElementById('menu')
  function reveal() { var here = d.querySelector('nav.side .here'), side = here && here.parentNode.parentNode; if (side && here.offsetTop > side.clientHeight * .6) side.scrollTop = here.offsetTop - side.clientHeight / 3 }
  menu.addEventListener('change', function () { if (menu.checked) reveal() })
  reveal()

  // search, by MiniSearch: the first time it is opened, search.js brings the entries [kind, title, page, anchor, more].
  // All words have to be there, or begin a word that is; definitions come before the sections that say it.
  var find = d.getElementById('find'), entries, index, box
  var weight = { 'function': 60, label: 60, command: 60, macro: 50, struct: 50, term: 50, typedef: 40, union: 40, 'enum': 40, variable: 40,
    file: 40, message: 30, chunk: 30, member: 12, enumerator: 12, exercise: 3, section: 4 }
  var idle = / (a|an|the|of|to|in|is|are|it|its|and|or|on|for|with|that|this|does|do|how|what|why|be|by|as|at) /
  function words(s) { return s.toLowerCase().match(/[\p{L}\p{N}_]+/gu) || [] }
  function pieces(s) {	// runtime_main is found by main, newStack by stack
    var out = []
    words(s).forEach(function (w) { out.push(w); if (/._./.test(w)) out.push.apply(out, w.split('_').filter(Boolean)) });
    (s.match(/[a-z]+[A-Z]\w*/g) || []).forEach(function (w) { out.push.apply(out, w.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(' ').slice(1)) })
    return out
  }
  window.search_index = function (packed) {
    var bytes = Uint8Array.from(atob(packed), function (c) { return c.charCodeAt(0) })
    new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json().then(function (list) {
      index = new MiniSearch({ fields: ['title', 'more'], tokenize: pieces, processTerm: function (w) { return idle.test(' ' + w + ' ') ? null : w },
        searchOptions: { tokenize: words, boost: { title: 3 }, boostDocument: function (i) { return weight[list[i][0]] || 1 } } })
      index.addAll(list.map(function (e, i) { return { id: i, title: e[1], more: e[0] + ' ' + e[4] } }))
      entries = list; if (box) run()
    })
  }
  function ask(q) {
    var exact = q.trim().toLowerCase().replace(/\(\)$/, ''), n = words(q).length
    var found = index.search(q, { combineWith: 'AND', prefix: true })
    if (!found.length) found = index.search(q, { combineWith: 'AND', prefix: true, fuzzy: function (w) { return w.length > 4 ? 0.25 : 0 } })
    if (!found.length && n > 1) found = index.search(q, { combineWith: 'OR', prefix: true })
    found.forEach(function (r) { if (entries[r.id][1].toLowerCase() === exact) r.score += 1e6 })
    return found.sort(function (a, b) { return b.score - a.score || a.id - b.id }).slice(0, 40)
  }
  function mark(parent, text, found) {
    var last = 0
    text.replace(found, function (w, i) { parent.append(text.slice(last, i), el('mark', '', w)); last = i + w.length })
    parent.append(text.slice(last))
  }
  function around(text, found) {	// the part of a section with the most of the words
    var best = 0, most = 0, at = [], m
    while ((m = found.exec(text))) at.push([m.index, m[0].toLowerCase()])
    at.forEach(function (a, i) {
      var set = {}
      for (var k = i; k < at.length && at[k][0] < a[0] + 110; k++) set[at[k][1]] = 1
      if (Object.keys(set).length > most) { most = Object.keys(set).length; best = a[0] }
    })
    var from = best < 40 ? 0 : text.indexOf(' ', best - 40) + 1
    return (from ? '… ' : '') + text.slice(from, from + 150) + (text.length > from + 150 ? ' …' : '')
  }
  function run() {
    var q = box.q.value, list = box.list, found
    list.textContent = ''; box.q.removeAttribute('aria-activedescendant')
    box.note.textContent = ''
    if (!index || q.trim().length < 2) return
    found = ask(q)
    found.forEach(function (r, n) {
      var e = entries[r.id], a = el('a'), small = el('small'), chapter = /^\d/.test(e[2]) && parseInt(e[2], 10)
      var terms = new RegExp(r.terms.map(function (t) { return t.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') }).sort(function (x, y) { return y.length - x.length }).join('|'), 'gi')
      a.href = root.dataset.top + e[2] + '.html' + (e[3] ? '#' + e[3] : ''); a.id = 'found-' + n; a.setAttribute('role', 'option'); a.tabIndex = -1
      a.append(el('i', '', e[0])); mark(a, e[1], terms)
      if (chapter !== false) small.append(chapter < 90 ? 'chapter ' + chapter : 'appendix ' + 'ABCDEFGHIJ'[chapter - 90], e[4] ? ' · ' : '')
      mark(small, e[0] === 'section' || e[0] === 'term' ? around(e[4], terms) : e[4], terms); a.append(small)
      a.onclick = hide
      list.append(a)
    })
    choose(list.firstChild)
    box.note.textContent = found.length ? (found.length === 40 ? 'the best 40' : found.length) + ' found · ↑ ↓ choose, Enter goes there, Escape closes' : 'Nothing has that name, and no section says it.'
  }
  function choose(a) {
    var old = box.list.querySelector('.now')
    if (!a) return
    if (old) { old.classList.remove('now'); old.removeAttribute('aria-selected') }
    a.classList.add('now'); a.setAttribute('aria-selected', 'true'); a.scrollIntoView({ block: 'nearest' })
    box.q.setAttribute('aria-activedescendant', a.id)
  }
  function hide() { if (box) { box.remove(); box = null; find.focus({ preventScroll: true }) } }
  function load(file) { var s = el('script'); s.src = root.dataset.top + file; s.async = false; d.head.append(s) }
  function open() {
    if (box) return
    close()
    var inner = el('div'), top = el('p'), x = el('button', '', '×')
    box = el('div', 'search'); box.q = el('input'); box.list = el('div'); box.note = el('p', 'note')
    box.setAttribute('role', 'dialog'); box.setAttribute('aria-modal', 'true'); box.setAttribute('aria-label', 'Search')
    box.q.type = 'search'; box.q.placeholder = 'a name, a message, some words'; box.q.setAttribute('aria-label', 'Search the book')
    box.q.setAttribute('role', 'combobox'); box.q.setAttribute('aria-expanded', 'true'); box.q.setAttribute('aria-controls', 'found')
    box.q.autocomplete = 'off'; box.q.spellcheck = false
    box.list.id = 'found'; box.list.setAttribute('role', 'listbox'); box.list.setAttribute('aria-label', 'What was found'); box.note.setAttribute('role', 'status')
    x.type = 'button'; x.setAttribute('aria-label', 'close'); x.onclick = hide
    top.append(box.q, x); inner.append(top, box.list, box.note); box.append(inner); d.body.append(box); box.q.focus()
    box.q.oninput = run; box.onclick = function (e) { if (e.target === box) hide() }
    if (!entries) {
      if (!window.DecompressionStream) { box.note.textContent = 'This browser is too old for the search.'; return }
      box.note.textContent = 'Reading the index …'
      load('minisearch.js'); load('search.js')
    }
  }
  find.hidden = false; find.onclick = open

  d.addEventListener('keydown', function (e) {
    if (box) {
      var a = box.list.querySelector('.now')
      if (e.key === 'Escape') { e.preventDefault(); hide() }
      else if (e.key === 'Enter' && a && e.target === box.q) { location.href = a.href; hide() }
      else if (/^Arrow(Up|Down)/.test(e.key)) { e.preventDefault(); choose(a && a[e.key === 'ArrowDown' ? 'nextSibling' : 'previousSibling']) }
      return
    }
    if (e.ctrlKey || e.metaKey || e.altKey || /INPUT|TEXTAREA/.test(e.target.tagName)) return
    if (e.key === 'Escape') { if (shrink()) return; close(); menu.checked = false }
    else if (e.key === '/') { e.preventDefault(); open() }
    else if (/Arrow(Left|Right)/.test(e.key) && !(e.target.closest && e.target.closest('.code, pre'))) {
      var l = d.querySelector('link[rel=' + (e.key === 'ArrowLeft' ? 'prev' : 'next') + ']')
      if (l) location.href = l.href
    }
  })
})()
