"""What is awaited: the board, one referral's step, and what is done about it."""

import tracker.views.reply_board as reply_board
import tracker.views.reply_show as reply_show
import tracker.views.reply_verb as reply_verb
from tracker.views.reply_blueprint import blueprint

__all__ = ["blueprint", "reply_board", "reply_show", "reply_verb"]
