"""Results that came without a recipient: the list, one of them, and what is done about it."""

import tracker.views.stray_result_show as stray_result_show
import tracker.views.stray_result_verb as stray_result_verb
from tracker.views.stray_result_blueprint import blueprint

__all__ = ["blueprint", "stray_result_show", "stray_result_verb"]
