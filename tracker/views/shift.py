"""The end of a shift: what is open is finished, let go or handed over; and hand-overs are taken over."""

import tracker.views.shift_end as shift_end
import tracker.views.shift_handover as shift_handover
from tracker.views.shift_blueprint import blueprint

__all__ = ["blueprint", "shift_end", "shift_handover"]
