// The work session on one patient or one item.
import { ready } from "../texts.js";
import { start } from "./keys.js";
import "./lease.js";

ready.then(start);
