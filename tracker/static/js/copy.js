// Copy buttons on a page that is no desk.
import "./desk/copying.js";
