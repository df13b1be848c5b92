"""The re-entry queue: what waits, what is ready, and working it down patient by patient."""

import tracker.views.item_arrival as item_arrival
import tracker.views.item_question as item_question
import tracker.views.item_queue as item_queue
import tracker.views.item_verb as item_verb
import tracker.views.item_work as item_work
from tracker.views.item_blueprint import blueprint

__all__ = ["blueprint", "item_arrival", "item_question", "item_queue", "item_verb", "item_work"]
