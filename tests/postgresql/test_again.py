"""What must hold on PostgreSQL as on SQLite: the tables, the follow-ups, races, the history, the main job."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.conftest import ready, ward
from tests.api.test_parallel import (
    server,
    test_fifty_copies_of_one_entry_make_one_action,
    test_of_forty_claimers_one_holds_the_item_and_the_others_are_told_who,
    test_of_two_entries_with_one_id_the_second_is_refused,
)
from tests.models.test_migrations import (
    test_the_database_itself_refuses_a_state_without_its_actor,
    test_the_migrations_give_the_tables_of_the_models,
)
from tests.services.test_event import (
    test_an_untouched_history_is_whole,
    test_nothing_is_written_for_a_change_that_was_rolled_back,
    test_tampering_with_the_history_shows,
)
from tests.services.test_follow_ups import (
    test_a_follow_up_falls_back_to_waiting_when_a_system_it_needs_goes_down_again,
    test_a_follow_up_waits_for_its_systems_and_its_predecessor_and_is_then_ready,
    test_an_action_leaves_exactly_what_the_table_says_whatever_was_answered_and_whoever_did_it,
)
from tests.services.test_story import test_a_dose_is_logged_entered_confirmed_and_signed_off
from tracker.extensions import db

pytestmark = pytest.mark.usefixtures("context")

__all__ = [
    "ready",
    "server",
    "test_a_dose_is_logged_entered_confirmed_and_signed_off",
    "test_a_follow_up_falls_back_to_waiting_when_a_system_it_needs_goes_down_again",
    "test_a_follow_up_waits_for_its_systems_and_its_predecessor_and_is_then_ready",
    "test_an_action_leaves_exactly_what_the_table_says_whatever_was_answered_and_whoever_did_it",
    "test_an_untouched_history_is_whole",
    "test_fifty_copies_of_one_entry_make_one_action",
    "test_nothing_is_written_for_a_change_that_was_rolled_back",
    "test_of_forty_claimers_one_holds_the_item_and_the_others_are_told_who",
    "test_of_two_entries_with_one_id_the_second_is_refused",
    "test_tampering_with_the_history_shows",
    "test_the_database_itself_refuses_a_state_without_its_actor",
    "test_the_migrations_give_the_tables_of_the_models",
    "ward",
]


def test_these_tests_really_run_on_postgresql(app: Flask) -> None:
    with app.app_context():
        assert db.engine.dialect.name == "postgresql"
