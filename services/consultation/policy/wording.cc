#include "services/consultation/policy/wording.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/consultation/policy/quantity.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

std::string Day(const type::v1::Date& date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string Amount(const v1::Quantity& quantity) {
  return absl::StrCat(quantity.value(), " ", quantity.unit());
}

// "above 140 and 180 or less"
std::string Bounds(const v1::Range& range) {
  std::vector<std::string> bounds;
  if (range.has_at_least()) bounds.push_back(absl::StrCat(range.at_least(), " or more"));
  if (range.has_above()) bounds.push_back(absl::StrCat("above ", range.above()));
  if (range.has_at_most()) bounds.push_back(absl::StrCat(range.at_most(), " or less"));
  if (range.has_below()) bounds.push_back(absl::StrCat("below ", range.below()));
  return absl::StrJoin(bounds, " and ");
}

// What people read of a part of the policy; its id where it is none.
template <typename Part>
std::string NameOf(const Part* part, const std::string& id) {
  return part == nullptr || part->display_name().empty() ? id : part->display_name();
}

std::string NameOf(const Rulebook& rulebook, const v1::HasCondition& what) {
  return what.condition().empty()
             ? absl::StrCat("a condition of the class ", what.condition_class())
             : NameOf(rulebook.FindCondition(what.condition()), what.condition());
}

std::string NameOf(const Rulebook& rulebook, const v1::TakesMedicine& what) {
  return what.medicine().empty() ? absl::StrCat("a medicine of the class ", what.medicine_class())
                                 : NameOf(rulebook.FindMedicine(what.medicine()), what.medicine());
}

std::string TextOf(const Rulebook& rulebook, const std::string& link_id) {
  const v1::QuestionnaireItem* item = rulebook.FindItem(link_id).item;
  return item == nullptr ? link_id : item->text();
}

template <typename Parts, typename Id>
std::string NamesOf(const Parts& parts, Id id_of, const std::vector<std::string>& ids) {
  std::vector<std::string> names;
  for (const std::string& id : ids) {
    std::string name = id;
    for (const auto& part : parts) {
      if ((part.*id_of)() == id) name = part.display_name();
    }
    names.push_back(std::move(name));
  }
  return absl::StrJoin(names, ", ");
}

template <typename Texts>
std::vector<std::string> ToVector(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

std::string ChoicesOf(const Rulebook& rulebook, const v1::Answered& what) {
  const v1::QuestionnaireItem* item = rulebook.FindItem(what.link_id()).item;
  const auto codes = ToVector(what.codes());
  return item == nullptr ? absl::StrJoin(codes, ", ")
                         : NamesOf(item->choices(), &v1::Choice::code, codes);
}

std::string ResultsOf(const Rulebook& rulebook, const v1::Measured& what) {
  const v1::Test* test = rulebook.FindTest(what.test());
  if (what.has_range()) {
    const bool has_unit = test != nullptr && test->units_size() > 0;
    return absl::StrCat(Bounds(what.range()), has_unit ? " " + test->units(0).ucum() : "");
  }
  const auto codes = ToVector(what.codes());
  return test == nullptr ? absl::StrJoin(codes, ", ")
                         : NamesOf(test->codes(), &v1::Choice::code, codes);
}

std::string LevelsOf(const Rulebook& rulebook, const v1::OutcomeScored& what) {
  std::vector<std::string> parts;
  if (what.has_score()) parts.push_back(Bounds(what.score()));
  if (const v1::Scale* scale = rulebook.FindScale(what.scale())) {
    for (const auto& [levels, ids] : {std::make_pair(&scale->bands(), &what.bands()),
                                      std::make_pair(&scale->findings(), &what.findings())}) {
      if (!ids->empty()) parts.push_back(NamesOf(*levels, &v1::ScaleLevel::id, ToVector(*ids)));
    }
  }
  return absl::StrJoin(parts, "; ");
}

// -- Facts --------------------------------------------------------------------------------------

void SetSource(const v1::QuestionnaireResponse* response, v1::Fact* fact) {
  if (response == nullptr) return;
  fact->set_source(response->name());
  *fact->mutable_time() = response->submit_time();
}

const char* StatusOf(const v1::ReportedCondition& entry) {
  switch (entry.clinical_status()) {
    case v1::ReportedCondition::CLINICAL_STATUS_REMISSION:
      return ", in remission";
    case v1::ReportedCondition::CLINICAL_STATUS_RESOLVED:
      return ", resolved";
    default:
      return "";
  }
}

std::string ValueOf(const v1::ReportedCondition& entry, const Rulebook& rulebook) {
  return absl::StrCat(NameOf(rulebook.FindCondition(entry.condition()), entry.condition()),
                      entry.has_onset_date() ? ", since " + Day(entry.onset_date()) : "",
                      StatusOf(entry));
}

std::string ValueOf(const v1::MedicationStatement& entry, const Rulebook& rulebook) {
  return absl::StrCat(NameOf(rulebook.FindMedicine(entry.medicine()), entry.medicine()),
                      entry.has_start_date() ? ", since " + Day(entry.start_date()) : "",
                      entry.has_end_date() ? ", until " + Day(entry.end_date()) : "");
}

// Of a list of which nothing is missing, and nothing was found in it: the last that was answered.
const v1::QuestionnaireResponse* ResponseOf(const std::vector<Inquiry::List>& lists) {
  const v1::QuestionnaireResponse* last = nullptr;
  for (const Inquiry::List& list : lists) {
    if (list.is_known) last = list.response;
  }
  return last;
}

// `about` with what is known of it.
template <typename Entry>
std::vector<v1::Fact> FactsOfList(const Inquiry& inquiry, const Inquiry::Match<Entry>& match,
                                  const std::vector<Inquiry::List>& lists, const v1::Fact& about) {
  if (match.truth == Truth::kUnknown) return {about};
  std::vector<v1::Fact> facts;
  for (const auto& found : match.found) {
    v1::Fact& fact = facts.emplace_back(about);
    fact.set_value(ValueOf(*found.entry, inquiry.rulebook()));
    SetSource(found.response, &fact);
  }
  if (!facts.empty()) return facts;
  v1::Fact& none = facts.emplace_back(about);
  none.set_value("none");
  SetSource(ResponseOf(lists), &none);
  return facts;
}

void FillTreatments(const Inquiry& inquiry, v1::Fact* fact) {
  int count = 0;
  for (const Inquiry::List& list : inquiry.treatments()) {
    if (list.answer != nullptr) count += list.answer->treatments().treatments_size();
  }
  fact->set_value(absl::StrCat(count, " reported"));
  SetSource(ResponseOf(inquiry.treatments()), fact);
}

std::string ValueOf(const v1::Answer* answer, const v1::QuestionnaireItem& item) {
  if (answer == nullptr) return "not asked";
  switch (answer->value_case()) {
    case v1::Answer::kBoolean:
      return answer->boolean() ? "yes" : "no";
    case v1::Answer::kCodes:
      return answer->codes().codes().empty()
                 ? "none"
                 : NamesOf(item.choices(), &v1::Choice::code, ToVector(answer->codes().codes()));
    case v1::Answer::kQuantity:
      return Amount(answer->quantity());
    default:
      return "";
  }
}

void SetAboveBound(const v1::Range& range, std::optional<double> value, v1::Fact* fact) {
  if (!value.has_value()) return;
  const auto above = AboveBound(range, *value);
  if (above.has_value()) fact->set_above_bound(*above);
}

void FillAnswer(const Inquiry& inquiry, const v1::Answered& what, v1::Fact* fact) {
  const Rulebook::Item item = inquiry.rulebook().FindItem(what.link_id());
  if (item.item == nullptr) return;
  const v1::Answer* answer = inquiry.FindAnswer(what.link_id());
  fact->set_value(ValueOf(answer, *item.item));
  if (answer != nullptr && answer->has_quantity()) {
    SetAboveBound(what.range(), answer->quantity().value(), fact);
  }
  SetSource(inquiry.FindResponse(item.questionnaire->id()), fact);
}

void FillResult(const Inquiry& inquiry, const v1::Measured& what, v1::Fact* fact) {
  const v1::Result& result = *inquiry.FindResult(what.test());
  const v1::Test& test = *inquiry.rulebook().FindTest(what.test());
  if (result.has_quantity()) {
    fact->set_value(Amount(result.quantity()));
    SetAboveBound(what.range(), InFirstUnit(test, result.quantity()), fact);
  } else {
    fact->set_value(NamesOf(test.codes(), &v1::Choice::code, {result.code()}));
  }
  fact->set_source(result.name());
  *fact->mutable_time() = result.measure_time();
}

void FillOutcome(const Inquiry& inquiry, const v1::OutcomeScored& what, v1::Fact* fact) {
  const v1::Outcome& outcome = *inquiry.FindOutcome(what.scale());
  std::vector<std::string> parts;
  if (outcome.has_score()) {
    parts.push_back(absl::StrCat(outcome.score()));
    SetAboveBound(what.score(), outcome.score(), fact);
  }
  if (const v1::Scale* scale = inquiry.rulebook().FindScale(outcome.scale())) {
    if (!outcome.band().empty()) {
      parts.push_back(NamesOf(scale->bands(), &v1::ScaleLevel::id, {outcome.band()}));
    }
    if (!outcome.findings().empty()) {
      parts.push_back(
          NamesOf(scale->findings(), &v1::ScaleLevel::id, ToVector(outcome.findings())));
    }
  }
  fact->set_value(absl::StrJoin(parts, ", "));
  fact->set_source(outcome.name());
  *fact->mutable_time() = outcome.time();
}

void SetAbout(v1::Fact::Kind kind, std::string code, std::string display_name, v1::Fact* fact) {
  fact->set_kind(kind);
  fact->set_code(std::move(code));
  fact->set_display_name(std::move(display_name));
}

v1::Fact Uncoded(v1::Fact::Kind kind, const std::string& text,
                 const v1::QuestionnaireResponse* response) {
  v1::Fact fact;
  fact.set_kind(kind);
  fact.set_value(text);
  SetSource(response, &fact);
  return fact;
}

// What a leaf that asks for no list is about.
v1::Fact AboutOf(const Rulebook& rulebook, const v1::Criterion& leaf) {
  v1::Fact fact;
  switch (leaf.kind_case()) {
    case v1::Criterion::kAge:
      SetAbout(v1::Fact::KIND_AGE, "", "Age", &fact);
      break;
    case v1::Criterion::kMeasured: {
      const std::string& test = leaf.measured().test();
      SetAbout(v1::Fact::KIND_RESULT, test, NameOf(rulebook.FindTest(test), test), &fact);
      break;
    }
    case v1::Criterion::kAnswered: {
      const std::string& link_id = leaf.answered().link_id();
      SetAbout(v1::Fact::KIND_ANSWER, link_id, TextOf(rulebook, link_id), &fact);
      break;
    }
    case v1::Criterion::kOutcome: {
      const std::string& scale = leaf.outcome().scale();
      SetAbout(v1::Fact::KIND_OUTCOME, scale, NameOf(rulebook.FindScale(scale), scale), &fact);
      break;
    }
    case v1::Criterion::kAdequateTrials:
      SetAbout(v1::Fact::KIND_TREATMENT, leaf.adequate_trials().medicine_class(),
               "Earlier treatments", &fact);
      break;
    default:
      break;
  }
  return fact;
}

// Of a leaf that asks for no list.
v1::Fact FactOf(const Inquiry& inquiry, const v1::Criterion& leaf) {
  const absl::Time now = inquiry.facts().time;
  v1::Fact fact = AboutOf(inquiry.rulebook(), leaf);
  if (inquiry.AskLeaf(leaf, now) == Truth::kUnknown) return fact;
  switch (leaf.kind_case()) {
    case v1::Criterion::kAge:
      fact.set_value(absl::StrCat(*inquiry.AgeAt(now)));
      *fact.mutable_time() = ToWire(now);
      break;
    case v1::Criterion::kMeasured:
      FillResult(inquiry, leaf.measured(), &fact);
      break;
    case v1::Criterion::kAnswered:
      FillAnswer(inquiry, leaf.answered(), &fact);
      break;
    case v1::Criterion::kOutcome:
      FillOutcome(inquiry, leaf.outcome(), &fact);
      break;
    case v1::Criterion::kAdequateTrials:
      FillTreatments(inquiry, &fact);
      break;
    default:
      break;
  }
  return fact;
}

}  // namespace

std::vector<v1::Fact> FactsOf(const Inquiry& inquiry, const v1::Criterion& leaf) {
  const Rulebook& rulebook = inquiry.rulebook();
  const absl::Time now = inquiry.facts().time;
  v1::Fact about;
  if (leaf.has_has_condition()) {
    const v1::HasCondition& what = leaf.has_condition();
    SetAbout(v1::Fact::KIND_CONDITION,
             what.condition().empty() ? what.condition_class() : what.condition(),
             NameOf(rulebook, what), &about);
    return FactsOfList(inquiry, inquiry.Find(what, now), inquiry.conditions(), about);
  }
  if (leaf.has_takes_medicine()) {
    const v1::TakesMedicine& what = leaf.takes_medicine();
    SetAbout(v1::Fact::KIND_MEDICINE,
             what.medicine().empty() ? what.medicine_class() : what.medicine(),
             NameOf(rulebook, what), &about);
    return FactsOfList(inquiry, inquiry.Find(what, now), inquiry.medicines(), about);
  }
  return {FactOf(inquiry, leaf)};
}

std::vector<v1::Fact> UncodedFacts(const Inquiry& inquiry) {
  std::vector<v1::Fact> facts;
  for (const Inquiry::List& list : inquiry.conditions()) {
    if (list.answer == nullptr) continue;
    for (const auto& entry : list.answer->conditions().conditions()) {
      if (!entry.condition().empty()) continue;
      facts.push_back(Uncoded(v1::Fact::KIND_CONDITION, entry.text(), list.response));
    }
  }
  for (const Inquiry::List& list : inquiry.medicines()) {
    if (list.answer == nullptr) continue;
    for (const auto& entry : list.answer->medicines().medicines()) {
      if (!entry.medicine().empty()) continue;
      facts.push_back(Uncoded(v1::Fact::KIND_MEDICINE, entry.text(), list.response));
    }
  }
  for (const Inquiry::List& list : inquiry.treatments()) {
    if (list.answer == nullptr) continue;
    for (const auto& entry : list.answer->treatments().treatments()) {
      if (!entry.medicine().empty()) continue;
      facts.push_back(Uncoded(v1::Fact::KIND_TREATMENT, entry.text(), list.response));
    }
  }
  return facts;
}

// -- Changes ------------------------------------------------------------------------------------

std::string IfLeafWere(const Rulebook& rulebook, const v1::Criterion& leaf, bool is_so) {
  const absl::string_view is = is_so ? " is " : " is not ";
  switch (leaf.kind_case()) {
    case v1::Criterion::kHasCondition: {
      const v1::HasCondition& what = leaf.has_condition();
      return absl::StrCat(
          "if ", NameOf(rulebook, what), is, "reported", what.current() ? " as present" : "",
          what.within_days() > 0 ? absl::StrCat(" of the last ", what.within_days(), " days") : "");
    }
    case v1::Criterion::kTakesMedicine: {
      const v1::TakesMedicine& what = leaf.takes_medicine();
      return absl::StrCat("if ", NameOf(rulebook, what), is, "taken",
                          what.within_days() > 0
                              ? absl::StrCat(", or in the last ", what.within_days(), " days")
                              : "");
    }
    case v1::Criterion::kAge:
      return absl::StrCat("if the age", is, Bounds(leaf.age()));
    case v1::Criterion::kMeasured: {
      const v1::Measured& what = leaf.measured();
      return absl::StrCat("if ", NameOf(rulebook.FindTest(what.test()), what.test()), is,
                          ResultsOf(rulebook, what));
    }
    case v1::Criterion::kAnswered: {
      const v1::Answered& what = leaf.answered();
      return absl::StrCat("if \"", TextOf(rulebook, what.link_id()), "\"", is, "answered ",
                          what.has_range() ? Bounds(what.range()) : ChoicesOf(rulebook, what));
    }
    case v1::Criterion::kOutcome: {
      const v1::OutcomeScored& what = leaf.outcome();
      return absl::StrCat("if ", NameOf(rulebook.FindScale(what.scale()), what.scale()), is,
                          LevelsOf(rulebook, what));
    }
    case v1::Criterion::kAdequateTrials:
      return absl::StrCat("if ", is_so ? "" : "not ", leaf.adequate_trials().count_min(),
                          " adequate trials are reported");
    default:
      return "";
  }
}

std::string OnceLeafTurns(const Inquiry& inquiry, const v1::Criterion& leaf, absl::Time time) {
  const Rulebook& rulebook = inquiry.rulebook();
  switch (leaf.kind_case()) {
    case v1::Criterion::kHasCondition: {
      const v1::HasCondition& what = leaf.has_condition();
      return absl::StrCat("once ", NameOf(rulebook, what), " is ", what.within_days(), " days ago");
    }
    case v1::Criterion::kTakesMedicine: {
      const v1::TakesMedicine& what = leaf.takes_medicine();
      if (inquiry.AskLeaf(leaf, time) == Truth::kYes) {
        return absl::StrCat("once ", NameOf(rulebook, what), " is begun");
      }
      return what.within_days() > 0 ? absl::StrCat("once ", NameOf(rulebook, what), " ended ",
                                                   what.within_days(), " days ago")
                                    : absl::StrCat("once ", NameOf(rulebook, what), " ends");
    }
    case v1::Criterion::kAge:
      return absl::StrCat("from the age of ", inquiry.AgeAt(time).value_or(0));
    case v1::Criterion::kMeasured: {
      const std::string& test = leaf.measured().test();
      return absl::StrCat("once ", NameOf(rulebook.FindTest(test), test), " is too old");
    }
    case v1::Criterion::kOutcome: {
      const std::string& scale = leaf.outcome().scale();
      return absl::StrCat("once ", NameOf(rulebook.FindScale(scale), scale), " is too old");
    }
    default:
      return "";
  }
}

}  // namespace clarity::consultation
