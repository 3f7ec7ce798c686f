# shellcheck shell=bash disable=SC2034,SC2154  # lib.sh, server.sh and tour.sh share variables
# The second part of the tour: two people on their way into care. One comes to a booked first
# session; the other is stopped, and an agent and a clinician each see why, as far as it is theirs.
# Sourced after tour.sh.

# As somebody else than the agent: clarityctl call, with JSON.
as() {  # ROLE TITLE METHOD JSON
  printf '\n-- %s\n$ clarityctl call %s %q --token-file %s\n' "$2" "$3" "$4" "${1,,}.token"
  said=$("$bin/clarityctl" call "$3" "$4" --token-file "$data/${1,,}.token") ||
    die "the tour ended at '$2': $said"
  # The beginning is enough to see what it is.
  head -n 8 <<<"$said"
  (($(wc -l <<<"$said") <= 8)) || printf ' ...\n'
}

# The same where it must be refused, with this reason.
refused_as() {  # ROLE TITLE METHOD JSON REASON
  printf '\n-- %s\n$ clarityctl call %s %q --token-file %s\n' "$2" "$3" "$4" "${1,,}.token"
  if said=$("$bin/clarityctl" call "$3" "$4" --token-file "$data/${1,,}.token"); then
    die "it was not refused: $2"
  fi
  expect "$5"
  printf 'refused: %s\n' "$5"
}

# A first value of a JSON field in what was said last.
field() {  # NAME
  grep -oE "\"$1\": \"[^\"]+\"" <<<"$said" | head -n 1 | cut -d'"' -f4
}

# A person calls: a record, and an episode. Leaves their names in $patient and $episode.
first_contact() {  # GIVEN FAMILY
  step "$1 $2 is on the line, for the first time." \
    callcenter patient new "$1" "$2" --born 1984-04-12 --clinic lake-forest --phone 949-555-0100 \
    "${@:3}"
  patient=$(named patients)
  step 'They ask for help with depression. The two weeks begin.' \
    callcenter episode open depression --patient "$patient"
  as AGENT 'What is open? (callcenter pathway tells the same in a table.)' \
    EpisodeService.GetPathway "{\"patient\": \"$patient\"}"
  episode=$(grep -oE 'episodes/[a-z0-9-]+' <<<"$said" | head -n 1)
}

# The history, as an agent takes it down. $1: what the body has, as JSON.
take_history() {  # CONDITIONS
  as AGENT 'The agent helps with the history, over the telephone.' EvaluationService.SaveAnswers \
    '{"episode": "'"$episode"'", "questionnaire": "history", "answers": [
      {"linkId": "reason.main", "codes": {"codes": ["depression"]}},
      {"linkId": "conditions.body", "conditions": {"conditions": ['"$1"']}},
      {"linkId": "conditions.mind", "conditions": {}},
      {"linkId": "conditions.allergies", "conditions": {}},
      {"linkId": "medicines.now", "medicines": {}},
      {"linkId": "medicines.earlier", "treatments": {"treatments": [
        {"medicine": "sertraline", "dosage": "150 mg", "weeks": 10, "improvementPercent": 10},
        {"medicine": "venlafaxine", "dosage": "225 mg", "weeks": 8, "improvementPercent": 20}]}},
      {"linkId": "substances.drinks", "quantity": {"value": 2, "unit": "{drinks}/wk"}},
      {"linkId": "substances.drugs", "codes": {"codes": ["none"]}},
      {"linkId": "pregnancy.possible", "boolean": false},
      {"linkId": "escort.available", "boolean": true}]}'
  as AGENT 'It is complete, and submitted: from now on the agent no longer sees it.' \
    EvaluationService.SubmitResponse "{\"name\": \"$(field name)\"}"
}

examine() {
  as CLINICIAN 'Dr. Okafor sees them.' EvaluationService.SaveAnswers \
    '{"episode": "'"$episode"'", "questionnaire": "examination", "answers": [
      {"linkId": "exam.psychosis", "boolean": false}, {"linkId": "exam.mania", "boolean": false},
      {"linkId": "exam.acute-suicidality", "boolean": false}]}'
  as CLINICIAN 'And signs off the examination.' EvaluationService.SubmitResponse \
    "{\"name\": \"$(field name)\"}"
  as CLINICIAN 'The C-SSRS screener.' OutcomeService.RecordOutcome \
    '{"outcome": {"episode": "'"$episode"'", "scale": "c-ssrs", "items": [
      {"item": "1", "score": 0}, {"item": "2", "score": 0}, {"item": "6", "score": 0}]}}'
  as CLINICIAN 'PHQ-9: the baseline.' OutcomeService.RecordOutcome \
    '{"outcome": {"episode": "'"$episode"'", "scale": "phq-9", "items": [
      {"item": "1", "score": 3}, {"item": "2", "score": 3}, {"item": "3", "score": 2},
      {"item": "4", "score": 3}, {"item": "5", "score": 2}, {"item": "6", "score": 2},
      {"item": "7", "score": 2}, {"item": "8", "score": 1}, {"item": "9", "score": 0}]}}'
  expect '"band": "moderately-severe"'
  as STAFF 'A nurse measures.' ClearanceService.RecordResults \
    '{"episode": "'"$episode"'", "results": [
      {"test": "systolic-blood-pressure", "quantity": {"value": 124, "unit": "mm[Hg]"}},
      {"test": "diastolic-blood-pressure", "quantity": {"value": 78, "unit": "mm[Hg]"}},
      {"test": "heart-rate", "quantity": {"value": 68, "unit": "/min"}},
      {"test": "oxygen-saturation", "quantity": {"value": 98, "unit": "%"}},
      {"test": "body-weight", "quantity": {"value": 154, "unit": "[lb_av]"}}]}'
}

tour_to_a_first_session() {
  first_contact Maria Ortiz
  step 'When is a consultation possible?' \
    callcenter slots --visit-type initial-consultation --clinic lake-forest --patient "$patient" \
    --per-day 1 --limit 3
  step 'The first one.' callcenter book 1 --patient "$patient"
  take_history ''
  examine
  refused_as STAFF 'Only a prescriber decides.' ClearanceService.DecideClearance \
    '{"episode": "'"$episode"'", "verdict": "VERDICT_CLEARED", "protocols": ["iv-ketamine"],
      "reason": "all is well"}' PERMISSION_DENIED
  as CLINICIAN 'Dr. Okafor clears them for infusions.' ClearanceService.DecideClearance \
    '{"episode": "'"$episode"'", "verdict": "VERDICT_CLEARED", "protocols": ["iv-ketamine"],
      "reason": "two adequate trials, no contraindication"}'
  expect '"state": "STATE_VALID"'
  as CLINICIAN 'A plan, with what is usual: the doses from the weight.' PlanService.DraftPlan \
    '{"episode": "'"$episode"'", "protocol": "iv-ketamine"}'
  local plan
  plan=$(field name)
  refused_as CLINICIAN 'Without their consent it cannot be signed.' PlanService.SignPlan \
    "{\"name\": \"$plan\"}" CONSENT_MISSING
  as STAFF 'They consent, at the clinic.' PatientService.RecordConsent \
    '{"patient": "'"$patient"'", "consent": {"kind": "KIND_TREATMENT",
      "wordingVersion": "treatment-2026-02"}}'
  as CLINICIAN 'It is signed. Its orders are on their way to scheduling.' PlanService.SignPlan \
    "{\"name\": \"$plan\"}"
  local order=
  for _ in $(seq 50); do
    said=$("$bin/clarityctl" call EpisodeService.GetPathway "{\"patient\": \"$patient\"}")
    order=$(grep -oE 'orders/[a-z0-9-]+' <<<"$said" | head -n 1) && break
    sleep 0.1
  done
  [[ -n $order ]] || die "no session can be booked"
  step 'They call again. What can be booked now?' callcenter pathway "$patient"
  step 'Times for the first session.' \
    callcenter slots --visit-type iv-session --clinic lake-forest --patient "$patient" \
    --order "$order" --limit 3
  step 'It is booked.' callcenter book 1 --patient "$patient" --order "$order"
  first_session=$(named appointments)
  expect 'IV ketamine session'
  step 'Who is to be called now?' callcenter overdue
}

tour_to_an_exclusion() {
  first_contact Jonas Weber --distinct-from "$patient"
  take_history '{"condition": "aneurysmal-vascular-disease"}'
  examine
  refused_as CLINICIAN 'Dr. Okafor cannot clear them.' ClearanceService.DecideClearance \
    '{"episode": "'"$episode"'", "verdict": "VERDICT_CLEARED", "protocols": ["iv-ketamine"],
      "reason": "all is well"}' NOT_CLEARABLE
  as CLINICIAN 'Why? The rule, its source and the facts, for clinicians only.' \
    EvaluationService.EvaluateEpisode "{\"episode\": \"$episode\"}"
  expect 'Spravato label, contraindications'
  grep -A6 '"rule": "aneurysmal-vascular-disease"' <<<"$said"
  refused_as AGENT 'The agent may not ask.' EvaluationService.EvaluateEpisode \
    "{\"episode\": \"$episode\"}" PERMISSION_DENIED
  as CLINICIAN 'It is declined, with the reason on record.' ClearanceService.DecideClearance \
    '{"episode": "'"$episode"'", "verdict": "VERDICT_DECLINED",
      "reason": "an aneurysm: too dangerous"}'
  step 'What the agent sees when they call: that it does not go on, and not why.' \
    callcenter pathway "$patient"
  if grep -qi aneurysm <<<"$said"; then die 'the agent was told why'; fi
}
