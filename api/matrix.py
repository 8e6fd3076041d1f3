"""Who may do what: every operation of the API and the roles that may call it. What is not here cannot be called."""

from api.who import Role

PUBLIC: frozenset[str] = frozenset(
    {"health", "calendar_feed", "board_feed", "signin", "signed_in", "signout", "problem"}
)
"""Operations that need no role: some need a secret in their address instead."""
DOORS: frozenset[str] = frozenset(
    {
        "front",
        "welcome",
        "speak",
        "key_signin",
        "demo_signin",
        "first_workbook",
        "first_territory",
        "wall",
        "wall_part",
    }
)
"""Pages that need no role in a territory: the ways in, and the screen on a wall."""
SIGNED_IN: frozenset[str] = frozenset({"me", "list_territories"})
"""Operations for whoever is signed in, about themselves."""
INSTALLATION: frozenset[str] = frozenset(
    {"create_territory", "create_key", "list_keys", "revoke_key", "create_grant", "list_grants", "revoke_grant"}
)
"""Operations for administrators, on the whole installation."""

_ALL: frozenset[Role] = frozenset({"coordinator", "establishment", "practitioner", "reader", "analyst"})
_TEAM: frozenset[Role] = frozenset({"coordinator", "establishment"})
_HEAD: frozenset[Role] = frozenset({"coordinator"})

TERRITORY: dict[str, frozenset[Role]] = {
    "get_territory": _ALL,
    "put_scenario": _HEAD,
    "get_scenario": _HEAD,
    "put_contacts": _HEAD,
    "open_campaign": _HEAD,
    "list_campaigns": _TEAM | {"practitioner"},
    "get_campaign": _TEAM | {"practitioner"},
    "close_campaign": _HEAD,
    "put_availability": _HEAD | {"practitioner"},
    "put_availability_table": _HEAD,
    "get_availability": _HEAD | {"practitioner"},
    "create_solve": _HEAD,
    "create_sweep": _HEAD | {"analyst"},
    "get_sweep": _HEAD | {"analyst"},
    "create_replan": _HEAD,
    "list_jobs": _HEAD,
    "get_job": _HEAD,
    "job_events": _HEAD,
    "cancel_job": _HEAD,
    "list_rosters": _TEAM | {"practitioner"},
    "get_roster": _HEAD,
    "export_roster": _HEAD,
    "list_versions": _HEAD,
    "propose_roster": _HEAD,
    "answer_duties": _HEAD | {"practitioner"},
    "publish_roster": _HEAD,
    "edit_roster": _HEAD,
    "apply_replan": _HEAD,
    "freeze_roster": _HEAD,
    "finish_roster": _HEAD,
    "explain_duty": _HEAD,
    "list_replacements": _TEAM,
    "letter_to": _HEAD | {"practitioner"},
    "pay_statements": _TEAM | {"practitioner"},
    "compare_rosters": _HEAD | {"analyst"},
    "figures": _HEAD | {"analyst"},
    "preview_exchange": _TEAM | {"practitioner"},
    "offer_exchange": _TEAM | {"practitioner"},
    "list_exchanges": _TEAM | {"practitioner"},
    "accept_exchange": _TEAM | {"practitioner"},
    "end_exchange": _TEAM | {"practitioner"},
    "list_assignments": _TEAM | {"practitioner"},
    "list_changes": _TEAM,
    "who_is_on_call": _TEAM | {"reader", "practitioner"},
    "create_feed": _TEAM | {"practitioner"},
    "revoke_feed": _TEAM | {"practitioner"},
    "create_webhook": _HEAD,
    "list_webhooks": _HEAD,
    "delete_webhook": _HEAD,
    "fhir_slot": _HEAD | {"reader"},
    "fhir_schedule": _HEAD | {"reader"},
    "fhir_practitioner_role": _HEAD | {"reader"},
    "list_audit": _HEAD,
    "my_data": frozenset({"practitioner"}),
    "erase_person": _HEAD,
}
"""Operations of a territory, and the roles in it that may call them."""

PAGES: dict[str, frozenset[Role]] = {
    "home": _ALL,
    "overview": _HEAD,
    "put_workbook": _HEAD,
    "campaign_page": _HEAD,
    "campaign_open": _HEAD,
    "campaign_close": _HEAD,
    "solve_begin": _HEAD,
    "job_page": _HEAD,
    "job_part": _HEAD,
    "job_stop": _HEAD,
    "job_apply": _HEAD,
    "rosters_page": _HEAD,
    "roster_page": _HEAD,
    "duty_part": _HEAD,
    "move_part": _HEAD,
    "move_apply": _HEAD,
    "versions_page": _HEAD,
    "fragile_page": _HEAD,
    "certificate_page": _HEAD,
    "roster_step": _HEAD,
    "roster_accept_all": _HEAD,
    "away_begin": _HEAD,
    "my_duties": frozenset({"practitioner"}),
    "my_calendar": frozenset({"practitioner"}),
    "my_answers": frozenset({"practitioner"}),
    "my_availability": frozenset({"practitioner"}),
    "my_availability_put": frozenset({"practitioner"}),
    "my_share": frozenset({"practitioner"}),
    "my_why": frozenset({"practitioner"}),
    "my_exchanges": frozenset({"practitioner"}),
    "my_exchange_preview": frozenset({"practitioner"}),
    "my_exchange_offer": frozenset({"practitioner"}),
    "my_exchange_accept": frozenset({"practitioner"}),
    "my_exchange_end": frozenset({"practitioner"}),
    "my_statement": frozenset({"practitioner"}),
    "establishment": frozenset({"establishment"}),
    "site_table": frozenset({"establishment"}),
    "site_calendar": frozenset({"establishment"}),
    "on_call_page": _TEAM | {"reader", "practitioner"},
    "on_call_part": _TEAM | {"reader", "practitioner"},
    "wall_address": _HEAD,
    "compare_page": _HEAD | {"analyst"},
    "sweeps_page": _HEAD | {"analyst"},
    "sweep_begin": _HEAD | {"analyst"},
    "sweep_page": _HEAD | {"analyst"},
    "stress_page": _HEAD | {"analyst"},
    "stress_begin": _HEAD | {"analyst"},
    "harmonise_page": _HEAD | {"analyst"},
    "map_page": _HEAD | {"analyst"},
    "rules_page": _ALL,
    "trail_page": _HEAD,
}
"""Pages of a territory, and who may open or send them."""
ALLOWED = TERRITORY | PAGES
