#include "services/consultation/pathway/exclusions.h"

#include <algorithm>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "services/consultation/policy/evaluation.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::v1::ExclusionRecord;

bool Applies(const v1::Decision& decision) {
  return decision.applies() == v1::Decision::APPLIES_YES;
}

v1::ExclusionEnd EndOf(const CaseFile& file, const v1::Decision& decision) {
  const v1::Rule* rule = file.rulebook->FindRule(decision.rule());
  if (rule == nullptr || !Excludes(rule->effect())) return v1::EXCLUSION_END_FACTS;
  if (rule->ends() != v1::EXCLUSION_END_UNSPECIFIED) return rule->ends();
  return rule->effect() == v1::RULE_EFFECT_EXCLUDE_ABSOLUTE ? v1::EXCLUSION_END_SETTLED
                                                            : v1::EXCLUSION_END_FACTS;
}

// When time alone would end what applies now; 0: never.
int64_t UntilOf(const v1::Decision& decision) {
  const auto by_time = absl::c_find_if(
      decision.changes(), [](const v1::Decision::Change& change) { return change.has_time(); });
  return by_time == decision.changes().end() ? 0 : absl::ToUnixMicros(FromWire(by_time->time()));
}

ExclusionRecord* FindRecord(const v1::Decision& decision, CaseFile* file) {
  const auto found = absl::c_find_if(file->exclusions, [&](const ExclusionRecord& record) {
    return record.rule() == decision.rule() && record.episode() == file->episode.episode().name();
  });
  return found == file->exclusions.end() ? nullptr : &*found;
}

void RecordThatItApplies(const v1::Decision& decision, CaseFile* file) {
  ExclusionRecord* record = FindRecord(decision, file);
  if (record == nullptr) record = &file->exclusions.emplace_back();
  if (record->since_time_micros() == 0 || record->end_time_micros() != 0) {
    record->Clear();
    record->set_episode(file->episode.episode().name());
    record->set_rule(decision.rule());
    record->set_patient(file->episode.episode().patient());
    record->set_since_time_micros(absl::ToUnixMicros(file->facts.time));
  }
  record->set_until_time_micros(UntilOf(decision));
}

bool IsOver(const ExclusionRecord& record, int64_t time) {
  return record.until_time_micros() != 0 && record.until_time_micros() <= time;
}

bool IsOpen(const ExclusionRecord& record, v1::ExclusionEnd end, absl::Time now) {
  if (record.settle_time_micros() != 0) return false;
  return end == v1::EXCLUSION_END_SETTLED ||
         (end == v1::EXCLUSION_END_TIME && !IsOver(record, absl::ToUnixMicros(now)));
}

v1::PastExclusion PastOf(const ExclusionRecord& record, const CaseFile& file) {
  v1::PastExclusion past;
  past.set_episode(record.episode());
  *past.mutable_since_time() = ToWire(absl::FromUnixMicros(record.since_time_micros()));
  const bool is_of_this = record.episode() == file.episode.episode().name();
  int64_t end = record.end_time_micros();
  // Nobody has written it down yet.
  if (end == 0 && is_of_this) end = absl::ToUnixMicros(file.facts.time);
  if (end != 0) *past.mutable_end_time() = ToWire(absl::FromUnixMicros(end));
  if (record.patient() != file.episode.episode().patient()) {
    past.set_cause(v1::PastExclusion::CAUSE_MERGED);
  } else if (!is_of_this) {
    past.set_cause(v1::PastExclusion::CAUSE_EARLIER_EPISODE);
  } else {
    past.set_cause(IsOver(record, end) ? v1::PastExclusion::CAUSE_TOO_OLD
                                       : v1::PastExclusion::CAUSE_FACTS_CHANGED);
  }
  return past;
}

}  // namespace

void RecordExclusions(const v1::Evaluation& evaluation, CaseFile* file) {
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (EndOf(*file, decision) == v1::EXCLUSION_END_FACTS) continue;
    if (Applies(decision)) {
      RecordThatItApplies(decision, file);
    } else if (ExclusionRecord* record = FindRecord(decision, file);
               record != nullptr && record->end_time_micros() == 0) {
      record->set_end_time_micros(absl::ToUnixMicros(file->facts.time));
    }
  }
  file->episode.set_exclusions_recorded(true);
}

void AddPastExclusions(const CaseFile& file, v1::Evaluation* evaluation) {
  for (v1::Decision& decision : *evaluation->mutable_decisions()) {
    if (Applies(decision)) continue;
    const v1::ExclusionEnd end = EndOf(file, decision);
    for (const ExclusionRecord& record : file.exclusions) {
      if (record.rule() != decision.rule() || !IsOpen(record, end, file.facts.time)) continue;
      *decision.add_past_exclusions() = PastOf(record, file);
    }
  }
}

bool HasNewPastExclusion(const v1::Decision& now, const v1::Decision& then) {
  if (Applies(then)) return false;
  return absl::c_any_of(now.past_exclusions(), [&](const v1::PastExclusion& past) {
    return absl::c_none_of(then.past_exclusions(), [&](const v1::PastExclusion& known) {
      return known.episode() == past.episode() &&
             FromWire(known.since_time()) == FromWire(past.since_time());
    });
  });
}

std::vector<ExclusionRecord> SettledBy(const v1::Clearance& clearance, const CaseFile& file) {
  std::vector<ExclusionRecord> settled;
  for (ExclusionRecord record : file.exclusions) {
    const bool is_named = absl::c_any_of(
        clearance.settled_exclusions(),
        [&](const v1::SettledExclusion& each) { return each.rule() == record.rule(); });
    if (!is_named || record.settle_time_micros() != 0) continue;
    record.set_settle_time_micros(absl::ToUnixMicros(file.facts.time));
    record.set_settled_by(clearance.name());
    settled.push_back(std::move(record));
  }
  return settled;
}

void GoBackToExclusionsOf(absl::Time time, CaseFile* file) {
  const int64_t micros = absl::ToUnixMicros(time);
  auto& records = file->exclusions;
  const auto is_later = [&](const ExclusionRecord& record) {
    return record.since_time_micros() > micros;
  };
  records.erase(std::remove_if(records.begin(), records.end(), is_later), records.end());
  for (ExclusionRecord& record : records) {
    if (record.end_time_micros() > micros) record.set_end_time_micros(0);
    if (record.settle_time_micros() > micros) record.set_settle_time_micros(0);
  }
}

}  // namespace clarity::consultation
