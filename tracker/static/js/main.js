// Small helps on every page. Everything works without them.
import "./focus.js";
import "./scroll.js";
import "./logout.js";
import "./status.js";
