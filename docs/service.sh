#!/bin/sh
# From nothing to a published roster, with curl: what a coordinator, an establishment and the call centre ask of the service.
#
#   permanence serve --port 8000                 # says the administrator's key once
#   sh docs/service.sh http://127.0.0.1:8000 KEY WORKBOOK
#
# WORKBOOK is a scenario as .xlsx, for example made by: permanence convert scenarios/data/prevention-bus bus.xlsx
set -eu
BASE=$1/v1 KEY=$2 WORKBOOK=$3
PLACE=bus

field() { python3 -c "import json,sys; found=json.load(sys.stdin); print($1)"; }
admin() { curl -fsS -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" "$@"; }
ask() { curl -fsS -H "Authorization: Bearer $COORDINATOR" -H "Content-Type: application/json" "$@"; }

echo "1. a territory, and a key for its coordinator"
admin -X POST "$BASE/territories" -d "{\"id\": \"$PLACE\", \"name\": \"Prevention bus\"}" > /dev/null
MADE=$(admin -X POST "$BASE/keys" -d '{"name": "coordinator"}')
COORDINATOR=$(echo "$MADE" | field 'found["key"]')
admin -X POST "$BASE/grants" -d "{\"subject\": \"$(echo "$MADE" | field 'found["id"]')\", \"role\": \"coordinator\", \"territory\": \"$PLACE\"}" > /dev/null
T=$BASE/territories/$PLACE

echo "2. people, lines and rules, by workbook"
curl -fsS -H "Authorization: Bearer $COORDINATOR" -X PUT "$T/scenario" -F "file=@$WORKBOOK" |
    field '"   {people} people, {lines} lines, {duties} duties".format(**found)'

echo "3. a campaign, and what three people say"
CLOSES=$(python3 -c "import datetime as d; print((d.datetime.now(d.timezone.utc) + d.timedelta(days=30)).isoformat())")
CAMPAIGN=$(ask -X POST "$T/campaigns" -d "{\"closes\": \"$CLOSES\"}")
C=$T/campaigns/$(echo "$CAMPAIGN" | field 'found["id"]')
set -- $(echo "$CAMPAIGN" | field '" ".join(found["waiting"][:3])')
DAYS=$(ask "$T/scenario" | field 'found["name"]')
ask -X PUT "$C/availability/$1" -d '{"wishes": [{"wish": "rather_not", "days": "mon"}]}' > /dev/null
ask -X PUT "$C/availability/$2" -d '{"wishes": [{"wish": "would_like", "days": "fri"}]}' > /dev/null
ask -X PUT "$C/availability/$3" -d '{"offers": [{"duties_per_month": 20}]}' > /dev/null
ask -X POST "$C/close" -H 'If-Match: *' | field '"   {} have answered ({})".format(len(found["answered"]), "'"$DAYS"'")'

echo "4. solve"
J=$T/jobs/$(ask -X POST "$T/solves" -d '{"time_limit": 20}' | field 'found["id"]')
until STATE=$(ask "$J" | field 'found["state"]') && [ "$STATE" != waiting ] && [ "$STATE" != running ]; do sleep 1; done
ask "$J" | field '"   " + found["state"] + ": " + ", ".join("{name} {value} (proved: {bound})".format(**tier) for tier in found["tiers"])'
ROSTER=$(ask "$J" | field 'found["roster"]')
R=$T/rosters/$ROSTER

echo "5. propose, let the volunteers accept, publish"
ask -X POST "$R/propose" -H 'If-Match: *' | field '"   {waiting} answers awaited".format(**found)'
# Everybody who is asked says yes; who is not a volunteer was not asked.
SAID=$(ask "$R" | field 'json.dumps([{"duty": duty, "person": person, "accepts": True} for duty, person in found["awaited"]])')
ask -X POST "$R/answers" -d "{\"answers\": $SAID}" | field '"   {waiting} answers awaited".format(**found)'
ask -X POST "$R/publish" -H 'If-Match: *' | field '"   version {number}".format(**found)'

echo "6. pull one site's rota, and its calendar"
set -- $(ask "$R" | field 'found["assignments"][0][0] + " " + found["assignments"][0][1]')
DAY=$(echo "$1" | sed 's/^.*\.\([0-9-]*\)\..*$/\1/')
ROW=$(ask "$T/assignments?from=$DAY&to=$DAY" | field 'found[0]["site"] + " " + found[0]["start"]')
SITE=${ROW% *} START=${ROW#* }
ask "$T/assignments?from=$DAY&to=$DAY&site=$SITE" | field '"   {} rows for '"$SITE"'".format(len(found))'
FEED=$(ask -X POST "$T/feeds" -d "{\"kind\": \"site\", \"subject\": \"$SITE\"}" | field 'found["address"]')
curl -fsS "$FEED" -o site.ics
echo "   $(grep -c BEGIN:VEVENT site.ics) entries in $FEED"

echo "7. who is on duty at $START"
ask --get "$T/on-call" --data-urlencode "at=$START" | field '"   " + ", ".join("{line}: {person}".format(**row) for row in found["on_call"] if row["person"])'

echo "8. an exchange: offered to whoever can, taken by the first who does"
E=$R/exchanges
OFFER=$(ask -X POST "$E" -d "{\"duty\": \"$1\", \"giver\": \"$2\"}" | field 'found["id"]')
TAKER=$(ask --get "$R/replacements" --data-urlencode "duty=$1" | field 'next((who["person"] for who in found if who["free"]), "")')
if [ -n "$TAKER" ]; then
    curl -sS -H "Authorization: Bearer $COORDINATOR" -H "Content-Type: application/json" -X POST "$E/$OFFER/accept" \
        -d "{\"taker\": \"$TAKER\"}" | field '"   " + (found.get("state") or found["code"])'
else
    ask -X POST "$E/$OFFER/end" | field '"   nobody is free: " + found["state"]'
fi

echo "9. what is paid"
ask "$R/statements" | field '"   {} statements, {:,.2f} euros".format(len(found), sum(row["cents"] for row in found) / 100)'
