#include "services/consultation/policy/inquiry.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "services/consultation/policy/quantity.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using List = Inquiry::List;

template <typename Texts>
bool Contains(const Texts& texts, absl::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

template <typename Texts>
bool Intersect(const Texts& some, const Texts& others) {
  return std::any_of(some.begin(), some.end(),
                     [&](const std::string& text) { return Contains(others, text); });
}

// What a leaf about a list asks for: a code, or any code of a class.
struct Wanted {
  absl::string_view code;
  absl::string_view code_class;
};
Wanted WantedBy(const v1::HasCondition& what) { return {what.condition(), what.condition_class()}; }
Wanted WantedBy(const v1::TakesMedicine& what) { return {what.medicine(), what.medicine_class()}; }

// `entry`: null for a code that the policy does not list.
template <typename Code>
bool IsWanted(const Wanted& wanted, absl::string_view code, const Code* entry) {
  if (!wanted.code.empty()) return code == wanted.code;
  return entry != nullptr && Contains(entry->classes(), wanted.code_class);
}

// Whether a list that is known would have named such a code.
template <typename Test>
bool IsOffered(const std::vector<List>& lists, const Test& has_class) {
  return std::any_of(lists.begin(), lists.end(), [&](const List& list) {
    const auto& classes = list.item->classes();
    return list.is_known && (classes.empty() || has_class(classes));
  });
}

template <typename Code>
bool IsCodeOffered(const std::vector<List>& lists, const Code& code) {
  return IsOffered(lists, [&](const auto& classes) { return Intersect(classes, code.classes()); });
}

// Whether lists that are known would have named whatever is wanted. `code`: null for a class.
template <typename Code, typename Codes>
bool AreAllOffered(const std::vector<List>& lists, const Wanted& wanted, const Code* code,
                   const Codes& codes) {
  if (code != nullptr) return IsCodeOffered(lists, *code);
  const auto has_class = [&](const auto& classes) { return Contains(classes, wanted.code_class); };
  return IsOffered(lists, has_class) ||
         std::all_of(codes.begin(), codes.end(), [&](const Code& each) {
           return !has_class(each.classes()) || IsCodeOffered(lists, each);
         });
}

const auto& EntriesOf(const v1::Answer& answer, const v1::HasCondition&) {
  return answer.conditions().conditions();
}
const auto& EntriesOf(const v1::Answer& answer, const v1::TakesMedicine&) {
  return answer.medicines().medicines();
}

// The entries of which `judge` says most.
template <typename Entry, typename What, typename Judge>
Inquiry::Match<Entry> Best(const std::vector<List>& lists, const What& what, const Judge& judge) {
  Inquiry::Match<Entry> best;
  for (const List& list : lists) {
    if (list.answer == nullptr) continue;
    for (const Entry& entry : EntriesOf(*list.answer, what)) {
      const std::optional<Truth> truth = judge(entry);
      if (!truth.has_value()) continue;
      if (best.found.empty() || *truth > best.truth) best = {*truth, {}};
      if (*truth == best.truth) best.found.push_back({&entry, list.response});
    }
  }
  return best;
}

// Keeps the greater of each kind, by `order`.
template <typename Newest, typename Item, typename Order>
void KeepNewest(absl::string_view key, const Item& item, Order order, Newest* newest) {
  const auto [it, is_new] = newest->try_emplace(key, &item);
  if (!is_new && order(*it->second) < order(item)) it->second = &item;
}

auto OrderOf(const v1::Result& result) {
  return std::make_tuple(FromWire(result.measure_time()), FromWire(result.update_time()),
                         absl::string_view(result.name()));
}
auto OrderOf(const v1::Outcome& outcome) {
  return std::make_tuple(FromWire(outcome.time()), FromWire(outcome.create_time()),
                         absl::string_view(outcome.name()));
}
auto OrderOf(const v1::QuestionnaireResponse& response) {
  return std::make_tuple(FromWire(response.submit_time()), absl::string_view(response.name()));
}

bool Counts(const v1::Outcome& outcome, absl::Time now) {
  return outcome.corrected_by().empty() && FromWire(outcome.time()) <= now;
}

// Whether a treatment counts as an adequate trial.
Truth IsAdequate(const v1::PastTreatment& treatment, const v1::AdequateTrials& what) {
  Truth is_long = Truth::kYes;
  if (what.weeks_min() > 0) {
    is_long =
        treatment.has_weeks() ? Known(treatment.weeks() >= what.weeks_min()) : Truth::kUnknown;
  }
  Truth is_without_help = Truth::kYes;
  if (what.has_improvement_percent_max()) {
    is_without_help = treatment.has_improvement_percent()
                          ? Known(treatment.improvement_percent() <= what.improvement_percent_max())
                          : Truth::kUnknown;
  }
  return And(is_long, is_without_help);
}

// Treatments that count, and their first classes.
struct Trials {
  absl::flat_hash_set<absl::string_view> medicines;
  absl::flat_hash_set<absl::string_view> classes;

  void Add(const v1::MedicineCode& medicine) {
    medicines.insert(medicine.code());
    if (medicine.classes_size() > 0) classes.insert(medicine.classes(0));
  }
  bool AreEnough(const v1::AdequateTrials& what) const {
    return static_cast<int>(medicines.size()) >= what.count_min() &&
           static_cast<int>(classes.size()) >= what.classes_min();
  }
};

}  // namespace

Inquiry::Inquiry(const Rulebook& rulebook, const Facts& facts)
    : rulebook_(rulebook), facts_(facts) {
  const auto order = [](const auto& item) { return OrderOf(item); };
  for (const v1::Result& result : facts.results) {
    const bool counts =
        result.state() == v1::Result::STATE_FINAL && FromWire(result.measure_time()) <= facts.time;
    if (counts) KeepNewest(result.test(), result, order, &results_);
  }
  for (const v1::Outcome& outcome : facts.outcomes) {
    if (Counts(outcome, facts.time)) KeepNewest(outcome.scale(), outcome, order, &outcomes_);
  }
  absl::flat_hash_map<absl::string_view, const v1::QuestionnaireResponse*> submitted;
  for (const v1::QuestionnaireResponse& response : facts.responses) {
    const bool counts = response.state() == v1::QuestionnaireResponse::STATE_SUBMITTED &&
                        FromWire(response.submit_time()) <= facts.time;
    if (counts) KeepNewest(response.questionnaire(), response, order, &submitted);
  }
  for (const auto& [id, response] : submitted) {
    const v1::Questionnaire* questionnaire = rulebook.FindQuestionnaire(id);
    if (questionnaire == nullptr) continue;
    responses_.try_emplace(id,
                           Response{response, AnswerSheet(*questionnaire, response->answers())});
  }
  conditions_ = ListsOf(v1::QuestionnaireItem::TYPE_CONDITIONS);
  medicines_ = ListsOf(v1::QuestionnaireItem::TYPE_MEDICINES);
  treatments_ = ListsOf(v1::QuestionnaireItem::TYPE_TREATMENTS);
}

std::vector<List> Inquiry::ListsOf(v1::QuestionnaireItem::Type type) const {
  std::vector<List> lists;
  for (const Rulebook::Item& item : rulebook_.ItemsOf(type)) {
    List list = {item.item, nullptr, nullptr, false};
    const auto response = responses_.find(item.questionnaire->id());
    if (response != responses_.end()) {
      const AnswerSheet& sheet = response->second.sheet;
      list.response = response->second.response;
      list.answer = sheet.Find(item.item->link_id());
      list.is_known = list.answer != nullptr ? list.answer->value_case() != v1::Answer::kNotKnown
                                             : sheet.IsAsked(item.item->link_id()) == Truth::kNo;
    }
    lists.push_back(list);
  }
  return lists;
}

// -- Leaves -------------------------------------------------------------------------------------

Truth Inquiry::AskAt(const v1::Criterion& criterion, absl::Time time) const {
  return Combine(criterion, [&](const v1::Criterion& leaf) { return AskLeaf(leaf, time); });
}

Truth Inquiry::AskLeaf(const v1::Criterion& leaf, absl::Time time) const {
  switch (leaf.kind_case()) {
    case v1::Criterion::kHasCondition:
      return Find(leaf.has_condition(), time).truth;
    case v1::Criterion::kTakesMedicine:
      return Find(leaf.takes_medicine(), time).truth;
    case v1::Criterion::kAge:
      return AskAge(leaf.age(), time);
    case v1::Criterion::kMeasured:
      return AskMeasured(leaf.measured(), time);
    case v1::Criterion::kAnswered:
      return AskAnswered(leaf.answered());
    case v1::Criterion::kOutcome:
      return AskOutcome(leaf.outcome(), time);
    case v1::Criterion::kAdequateTrials:
      return AskTrials(leaf.adequate_trials());
    default:
      return Truth::kUnknown;
  }
}

Inquiry::Match<v1::ReportedCondition> Inquiry::Find(const v1::HasCondition& what,
                                                    absl::Time time) const {
  const Wanted wanted = WantedBy(what);
  const absl::CivilDay day = DayOf(time);
  const auto judge = [&](const v1::ReportedCondition& entry) -> std::optional<Truth> {
    const auto* code = rulebook_.FindCondition(entry.condition());
    if (!IsWanted(wanted, entry.condition(), code)) return std::nullopt;
    return Judge(entry, what, day);
  };
  auto match = Best<v1::ReportedCondition>(conditions_, what, judge);
  if (match.truth == Truth::kNo &&
      !AreAllOffered(conditions_, wanted, rulebook_.FindCondition(wanted.code),
                     rulebook_.policy().conditions())) {
    match.truth = Truth::kUnknown;
  }
  return match;
}

Inquiry::Match<v1::MedicationStatement> Inquiry::Find(const v1::TakesMedicine& what,
                                                      absl::Time time) const {
  const Wanted wanted = WantedBy(what);
  const absl::CivilDay day = DayOf(time);
  const auto judge = [&](const v1::MedicationStatement& entry) -> std::optional<Truth> {
    const auto* code = rulebook_.FindMedicine(entry.medicine());
    if (!IsWanted(wanted, entry.medicine(), code)) return std::nullopt;
    return Judge(entry, what, day);
  };
  auto match = Best<v1::MedicationStatement>(medicines_, what, judge);
  if (match.truth == Truth::kNo &&
      !AreAllOffered(medicines_, wanted, rulebook_.FindMedicine(wanted.code),
                     rulebook_.policy().medicines())) {
    match.truth = Truth::kUnknown;
  }
  return match;
}

Truth Inquiry::Judge(const v1::ReportedCondition& entry, const v1::HasCondition& what,
                     absl::CivilDay day) const {
  const bool is_resolved =
      entry.clinical_status() == v1::ReportedCondition::CLINICAL_STATUS_RESOLVED;
  if (what.current() && is_resolved) return Truth::kNo;
  if (what.within_days() == 0) return Truth::kYes;
  if (!entry.has_onset_date()) return Truth::kUnknown;
  return Known(day - ToDay(entry.onset_date()) < what.within_days());
}

Truth Inquiry::Judge(const v1::MedicationStatement& entry, const v1::TakesMedicine& what,
                     absl::CivilDay day) const {
  if (entry.has_start_date() && day < ToDay(entry.start_date())) return Truth::kNo;
  if (!entry.has_end_date()) return Truth::kYes;
  return Known(day < ToDay(entry.end_date()) + what.within_days());
}

Truth Inquiry::AskAge(const v1::Range& range, absl::Time time) const {
  const std::optional<int> age = AgeAt(time);
  return age.has_value() ? Known(IsInRange(range, *age)) : Truth::kUnknown;
}

Truth Inquiry::AskMeasured(const v1::Measured& what, absl::Time time) const {
  const v1::Result* result = FindResult(what.test());
  const v1::Test* test = rulebook_.FindTest(what.test());
  if (result == nullptr || test == nullptr) return Truth::kUnknown;
  if (ExpiryOf(*result, what.within_hours()) <= time) return Truth::kUnknown;
  if (result->value_case() == v1::Result::kCode) {
    return Known(Contains(what.codes(), result->code()));
  }
  const std::optional<double> value = InFirstUnit(*test, result->quantity());
  return value.has_value() ? Known(IsInRange(what.range(), *value)) : Truth::kUnknown;
}

Truth Inquiry::AskAnswered(const v1::Answered& what) const {
  const Response* response = ResponseWith(what.link_id());
  return response == nullptr ? Truth::kUnknown : response->sheet.Says(what);
}

Truth Inquiry::AskOutcome(const v1::OutcomeScored& what, absl::Time time) const {
  const v1::Outcome* outcome = FindOutcome(what.scale());
  if (outcome == nullptr) return Truth::kUnknown;
  if (what.within_days() > 0 && DaysAfter(FromWire(outcome->time()), what.within_days()) <= time) {
    return Truth::kUnknown;
  }
  if (what.has_score() && !outcome->has_score()) return Truth::kUnknown;
  const bool in_range = !what.has_score() || IsInRange(what.score(), outcome->score());
  const bool in_band = what.bands().empty() || Contains(what.bands(), outcome->band());
  const bool is_found = what.findings().empty() || Intersect(what.findings(), outcome->findings());
  return Known(in_range && in_band && is_found);
}

Truth Inquiry::AskTrials(const v1::AdequateTrials& what) const {
  Trials certain;
  Trials possible;
  bool all_known = !treatments_.empty();
  for (const List& list : treatments_) {
    all_known = all_known && list.is_known;
    if (list.answer == nullptr) continue;
    for (const v1::PastTreatment& treatment : list.answer->treatments().treatments()) {
      const v1::MedicineCode* medicine = rulebook_.FindMedicine(treatment.medicine());
      if (medicine == nullptr) continue;
      if (!what.medicine_class().empty() && !Contains(medicine->classes(), what.medicine_class())) {
        continue;
      }
      const Truth is_adequate = IsAdequate(treatment, what);
      if (is_adequate != Truth::kNo) possible.Add(*medicine);
      if (is_adequate == Truth::kYes) certain.Add(*medicine);
    }
  }
  if (certain.AreEnough(what)) return Truth::kYes;
  return all_known && !possible.AreEnough(what) ? Truth::kNo : Truth::kUnknown;
}

// -- Time ---------------------------------------------------------------------------------------

std::vector<absl::Time> Inquiry::TurnsOf(const v1::Criterion& leaf) const {
  std::vector<absl::Time> turns;
  switch (leaf.kind_case()) {
    case v1::Criterion::kAge: {
      if (!facts_.birth_date.has_value()) break;
      const absl::CivilDay birth = *facts_.birth_date;
      const v1::Range& range = leaf.age();
      for (const double bound : {range.at_least(), range.above(), range.at_most(), range.below()}) {
        const auto years = static_cast<int>(std::floor(bound));
        for (const int birthday : {years, years + 1}) {
          turns.push_back(
              StartOf(absl::CivilDay(birth.year() + birthday, birth.month(), birth.day())));
        }
      }
      break;
    }
    case v1::Criterion::kHasCondition:
      for (const List& list : conditions_) {
        if (list.answer == nullptr) continue;
        for (const v1::ReportedCondition& entry : list.answer->conditions().conditions()) {
          if (!entry.has_onset_date()) continue;
          turns.push_back(StartOf(ToDay(entry.onset_date()) + leaf.has_condition().within_days()));
        }
      }
      break;
    case v1::Criterion::kTakesMedicine:
      for (const List& list : medicines_) {
        if (list.answer == nullptr) continue;
        for (const v1::MedicationStatement& entry : list.answer->medicines().medicines()) {
          turns.push_back(StartOf(ToDay(entry.start_date())));
          turns.push_back(StartOf(ToDay(entry.end_date()) + leaf.takes_medicine().within_days()));
        }
      }
      break;
    case v1::Criterion::kMeasured:
      if (const v1::Result* result = FindResult(leaf.measured().test())) {
        turns.push_back(ExpiryOf(*result, leaf.measured().within_hours()));
      }
      break;
    case v1::Criterion::kOutcome:
      if (const v1::Outcome* outcome = FindOutcome(leaf.outcome().scale())) {
        if (leaf.outcome().within_days() == 0) break;
        turns.push_back(DaysAfter(FromWire(outcome->time()), leaf.outcome().within_days()));
      }
      break;
    default:
      break;
  }
  return turns;
}

std::optional<int> Inquiry::AgeAt(absl::Time time) const {
  if (!facts_.birth_date.has_value()) return std::nullopt;
  const absl::CivilDay birth = *facts_.birth_date;
  const absl::CivilDay day = DayOf(time);
  const bool had_birthday = absl::CivilDay(day.year(), birth.month(), birth.day()) <= day;
  return static_cast<int>(day.year() - birth.year()) - (had_birthday ? 0 : 1);
}

absl::Time Inquiry::ExpiryOf(const v1::Result& result, int within_hours) const {
  const v1::Test* test = rulebook_.FindTest(result.test());
  int hours = test == nullptr ? 0 : test->valid_hours();
  if (within_hours > 0) hours = std::min(hours, within_hours);
  return FromWire(result.measure_time()) + absl::Hours(hours);
}

absl::Time Inquiry::DaysAfter(absl::Time time, int days) const {
  return StartOf(DayOf(time) + days);
}

// -- What counts --------------------------------------------------------------------------------

const Inquiry::Response* Inquiry::ResponseWith(absl::string_view link_id) const {
  const Rulebook::Item item = rulebook_.FindItem(link_id);
  if (item.questionnaire == nullptr) return nullptr;
  const auto it = responses_.find(item.questionnaire->id());
  return it == responses_.end() ? nullptr : &it->second;
}

const v1::QuestionnaireResponse* Inquiry::FindResponse(absl::string_view questionnaire) const {
  const auto it = responses_.find(questionnaire);
  return it == responses_.end() ? nullptr : it->second.response;
}

const v1::Answer* Inquiry::FindAnswer(absl::string_view link_id) const {
  const Response* response = ResponseWith(link_id);
  return response == nullptr ? nullptr : response->sheet.Find(link_id);
}

const v1::Result* Inquiry::FindResult(absl::string_view test) const {
  const auto it = results_.find(test);
  return it == results_.end() ? nullptr : it->second;
}

const v1::Outcome* Inquiry::FindOutcome(absl::string_view scale) const {
  const auto it = outcomes_.find(scale);
  return it == outcomes_.end() ? nullptr : it->second;
}

const v1::Outcome* Inquiry::FindOutcomeBy(v1::Actor actor, absl::string_view scale) const {
  const v1::Outcome* newest = nullptr;
  for (const v1::Outcome& outcome : facts_.outcomes) {
    // A prescriber is a clinician who may do more.
    const bool is_theirs =
        actor < v1::ACTOR_STAFF || outcome.recorder() >= std::min(actor, v1::ACTOR_CLINICIAN);
    if (outcome.scale() != scale || !is_theirs || !Counts(outcome, facts_.time)) continue;
    if (newest == nullptr || OrderOf(*newest) < OrderOf(outcome)) newest = &outcome;
  }
  return newest;
}

}  // namespace clarity::consultation
