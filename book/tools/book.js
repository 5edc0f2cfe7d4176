// book.js -- theme, keys, copy, peek, current section, search.  No library; the book reads
// the same without it.
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
    if (box.matches('.sample')) { var w = el('div'); box.parentNode.insertBefore(w, box); w.appendChild(box); w.style.maxWidth = 'none'; w.className = 'has-copy'; box = w }
    var b = el('button', 'copy', 'copy'); b.type = 'button'; box.classList.add('has-copy'); box.appendChild(b)
    b.onclick = function () {
      var s = box.matches('.chunk') ? code(box) : box.matches('.tty') ? commands(box) : box.querySelector('code').textContent
      var t = el('textarea'); t.value = s; d.body.appendChild(t); t.select()	// works from file:// too
      b.textContent = d.execCommand('copy') ? 'copied' : 'press Ctrl-C'; t.remove()
      setTimeout(function () { b.textContent = 'copy' }, 1200)
    }
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
  var here = d.querySelector('nav.side .here')
  if (here && here.offsetTop > innerHeight * .6) here.parentNode.parentNode.scrollTop = here.offsetTop - innerHeight / 3

  // search: definitions first, then terms, chunks, sections, last the words of the text
  var find = d.getElementById('find'), entries, box
  var order = ['function', 'label', 'struct', 'macro', 'command', 'typedef', 'variable', 'enum', 'union', 'term', 'file', 'chunk', 'section', 'exercise', 'enumerator', 'member']
  window.search_index = function (list) { entries = list; if (box) run() }
  function score(e, q) {
    var t = e[1].toLowerCase(), r = order.indexOf(e[0]), s
    if (t === q) s = 0
    else if (t.indexOf(q) === 0) s = 100
    else if (t.indexOf(q) > 0) s = 200
    else if (e[0] === 'section' && e[4].toLowerCase().indexOf(q) >= 0) s = 300
    else return -1
    return s + r + t.length / 100
  }
  function mark(parent, text, q) {
    var i = text.toLowerCase().indexOf(q)
    if (i < 0) { parent.append(text); return }
    parent.append(text.slice(0, i), el('mark', '', text.slice(i, i + q.length)), text.slice(i + q.length))
  }
  function run() {
    var q = box.q.value.trim().toLowerCase(), list = box.list
    list.textContent = ''
    if (!entries || q.length < 2) return
    entries.map(function (e) { return [score(e, q), e] }).filter(function (p) { return p[0] >= 0 })
      .sort(function (a, b) { return a[0] - b[0] }).slice(0, 30).forEach(function (p, n) {
        var e = p[1], a = el('a', n ? '' : 'now'), small = el('small'), more = e[4], i = more.toLowerCase().indexOf(q)
        a.href = e[2] + '.html' + (e[3] ? '#' + e[3] : '')
        a.append(el('i', '', e[0])); mark(a, e[1], q)
        if (e[0] === 'section') more = i < 0 ? more.slice(0, 90) : (i > 40 ? '… ' : '') + more.slice(Math.max(0, i - 40), i + 70) + ' …'
        if (/^\d/.test(e[2])) small.append('chapter ' + parseInt(e[2], 10) + (more ? ' · ' : ''))
        mark(small, more, q); a.append(small)
        a.onclick = hide
        var li = el('li'); li.append(a); list.append(li)
      })
    if (!list.firstChild) list.append(el('p', '', 'Nothing has that name, and no section says it.'))
  }
  function hide() { if (box) { box.remove(); box = null } }
  function open() {
    if (box) return
    box = el('div', 'search'); box.q = el('input'); box.list = el('ol')
    box.setAttribute('role', 'dialog'); box.setAttribute('aria-label', 'Search'); box.q.placeholder = 'a function, a chunk, a word of the text'; box.q.setAttribute('aria-label', 'Search the book')
    var inner = el('div'); inner.append(box.q, box.list); box.append(inner); d.body.append(box); box.q.focus()
    box.q.oninput = run; box.onclick = function (e) { if (e.target === box) hide() }
    if (!entries) { var s = el('script'); s.src = 'search.js'; d.head.append(s) }
  }
  find.hidden = false; find.onclick = open

  d.addEventListener('keydown', function (e) {
    if (box) {
      var a = box.querySelector('a.now'), next = a && a.parentNode[e.key === 'ArrowDown' ? 'nextSibling' : 'previousSibling']
      if (e.key === 'Escape') hide()
      else if (e.key === 'Enter' && a) { location.href = a.href; hide() }
      else if (/Arrow(Up|Down)/.test(e.key)) { e.preventDefault(); if (next) { a.classList.remove('now'); next.firstChild.classList.add('now'); next.scrollIntoView({ block: 'nearest' }) } }
      return
    }
    if (e.ctrlKey || e.metaKey || e.altKey || /INPUT|TEXTAREA/.test(e.target.tagName)) return
    if (e.key === 'Escape') close()
    else if (e.key === '/') { e.preventDefault(); open() }
    else if (/Arrow(Left|Right)/.test(e.key) && !(e.target.closest && e.target.closest('.code, pre'))) {
      var l = d.querySelector('link[rel=' + (e.key === 'ArrowLeft' ? 'prev' : 'next') + ']')
      if (l) location.href = l.href
    }
  })
})()
