// What the list pages of these tests share: a few calls of jQuery, and plug-ins that draw pagers.
// All of it is written for the tests; the calls have the shape of those that sites use.
(function () {
  function encode(data) {
    if (!data || typeof data === "string") return data || "";
    return new URLSearchParams(data).toString();
  }
  function Query(elements) { this.elements = elements; }
  Query.prototype = {
    each: function (act) { this.elements.forEach(act); return this; },
    html: function (text) { return this.each(function (e) { e.innerHTML = text; }); },
    append: function (text) { return this.each(function (e) { e.insertAdjacentHTML("beforeend", text); }); },
    hide: function () { return this.each(function (e) { e.style.display = "none"; }); },
    val: function (value) {
      if (value === undefined) return this.elements[0].value;
      return this.each(function (e) { e.value = value; });
    },
    attr: function (name, value) {
      if (value === undefined) return this.elements[0].getAttribute(name);
      return this.each(function (e) { e.setAttribute(name, value); });
    },
    data: function (name) { return this.elements[0].getAttribute("data-" + name); },
    text: function () { return this.elements[0].textContent; },
    submit: function () { return this.each(function (e) { e.submit(); }); },
    on: function (event, selector, act) {
      if (typeof selector === "function") return this.each(function (e) { e.addEventListener(event, selector); });
      return this.each(function (e) {
        e.addEventListener(event, function (happening) {
          var target = happening.target.closest(selector);
          if (target) act.call(target, happening);
        });
      });
    },
    click: function (act) { return this.on("click", act); },
    load: function (address) {
      var self = this;
      return $.get(address.split(" ")[0], function (text) { self.html(text); });
    },
    paging: function (options) {
      var place = this.elements[0];
      var draw = function (number) {
        drawNext(place, number, options.totalPage, function (next) { draw(next); options.callback(next); });
      };
      draw(options.pageNo);
    },
  };
  var $ = function (what) {
    if (typeof what === "function") { document.addEventListener("DOMContentLoaded", what); return $; }
    if (typeof what === "string") return new Query([].slice.call(document.querySelectorAll(what)));
    return new Query([what]);
  };
  $.ajax = function (options) {
    var isPost = (options.type || options.method || "GET").toUpperCase() === "POST";
    var body = encode(options.data);
    var url = options.url;
    if (!isPost && body) url += (url.indexOf("?") < 0 ? "?" : "&") + body;
    var request = new XMLHttpRequest();
    request.open(isPost ? "POST" : "GET", url);
    if (isPost) request.setRequestHeader("Content-Type", options.contentType || "application/x-www-form-urlencoded");
    request.onload = function () {
      var text = request.responseText;
      options.success(/^[{[]/.test(text) ? JSON.parse(text) : text);
    };
    request.send(isPost ? body : null);
  };
  $.get = function (url, data, success) {
    if (typeof data === "function") { success = data; data = null; }
    $.ajax({ url: url, data: data, success: success });
  };
  $.post = function (url, data, success) { $.ajax({ url: url, type: "POST", data: data, success: success }); };
  window.$ = window.jQuery = $;

  window.drawRows = function (rows) {
    return rows.map(function (row) {
      return '<li><a href="' + row.url + '">' + row.title + "</a><span>" + row.date + "</span></li>";
    }).join("");
  };
  // Draws 下一页 into an element, and calls a function with the number of the next page.
  function drawNext(place, current, count, open) {
    place.innerHTML = "<span>" + current + "/" + count + "</span>";
    if (current >= count) return;
    var link = document.createElement("a");
    link.href = "javascript:;";
    link.textContent = "下一页";
    link.onclick = function () { open(current + 1); };
    place.appendChild(link);
  }
  // (count, current from 0, prefix, extension), or an element first and current from 1
  window.createPageHTML = function (first) {
    var isElement = typeof first === "string";
    var rest = [].slice.call(arguments, isElement ? 1 : 0);
    var last = isElement ? rest[0] : rest[0] - 1;
    if (rest[1] >= last) return;
    var link = '<a href="' + rest[2] + "_" + (rest[1] + 1) + "." + rest[3] + '">下一页</a>';
    if (isElement) document.getElementById(first).innerHTML = link;
    else document.write(link);
  };
  window.laypage = function (options) {
    var count = options.pages || Math.ceil(options.count / options.limit);
    var draw = function (current) {
      drawNext(document.getElementById(options.elem || options.cont), current, count, function (number) {
        draw(number);
        options.jump({ curr: number, limit: options.limit }, false);
      });
    };
    draw(options.curr || 1);
    options.jump({ curr: options.curr || 1, limit: options.limit }, true);
  };
  window.laypage.render = window.laypage;
  window.layui = { use: function (name, act) { act(); }, laypage: window.laypage };
  Query.prototype.pagination = function (first, options) {
    var place = this.elements[0];
    if (typeof first === "object") {
      return drawNext(place, first.current, first.pageCount || first.totalPage, function (number) {
        first.callback({ getCurrent: function () { return number; } });
      });
    }
    var count = Math.ceil(first / options.items_per_page);
    var draw = function (index) {
      drawNext(place, index + 1, count, function (number) {
        draw(number - 1);
        options.callback(number - 1, place);
      });
    };
    draw(options.current_page || 0);
  };
  Query.prototype.jPage = function (options) {
    var place = this.elements[0];
    var draw = function (number) {
      drawNext(place, number, Math.ceil(options.total / options.size), function (next) {
        draw(next);
        options.onPage(next);
      });
    };
    draw(1);
  };
  // Loads page 1 at once, and the next one on scrolling.
  window.layui.flow = {
    load: function (options) {
      var page = 0;
      var waits = true;
      var more = function () {
        if (!waits) return;
        waits = false;
        page++;
        options.done(page, function (text, goesOn) { $(options.elem).append(text); waits = goesOn; });
      };
      window.addEventListener("scroll", more);
      more();
    },
  };
  window.axios = {
    get: function (url, options) {
      return fetch(url + "?" + encode(options.params)).then(function (answer) {
        return answer.text().then(function (text) { return { data: text }; });
      });
    },
  };
  window.Vue = function (options) {
    Object.assign(this, options.data, options.methods);
    options.mounted.call(this);
  };
  window.drawPager = function () {
    var place = document.querySelector(".pager");
    var data = place.dataset;
    drawNext(place, +data.current, Math.ceil(data.total / data.size), function (number) {
      location.href = data.address.replace("{n}", number);
    });
  };
  window.drawConfigured = function (place, config) {
    drawNext(place, config.pageIndex, Math.ceil(config.total / config.pageSize), function (number) {
      location.href = config.url.replace("{page}", number);
    });
  };
  window.kkpager = {
    generPageHtml: function (options) {
      for (var name in options) this[name] = options[name];
      if (options.pno < options.total)
        document.write('<a href="' + this.getLink(options.pno + 1) + '">下一页</a>');
    },
  };
  window.Pager = function (selector, options) {
    this.show = function () {
      drawNext(document.querySelector(selector), options.current, options.total, function (number) {
        location.href = "/nb/index_" + number + ".html";
      });
    };
  };
  window.turnTo = function (number) { location.href = "/nb/index_" + number + ".html"; };
})();
