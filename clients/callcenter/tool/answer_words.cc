#include "clients/callcenter/tool/answer_words.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using consultation::v1::Answer;
using consultation::v1::MedicationStatement;
using consultation::v1::PastTreatment;
using consultation::v1::QuestionnaireItem;
using consultation::v1::ReportedCondition;

constexpr char kNotKnown[] = "?";
constexpr char kOther[] = "other:";

std::string Lower(absl::string_view text) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
}

bool IsNone(absl::string_view text) {
  const std::string word = Lower(text);
  return word == "none" || word == "no" || word == "nothing";
}

absl::Status IsNo(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no ", what));
}

absl::Status FillBoolean(absl::string_view text, Answer* answer) {
  const std::string word = Lower(text);
  const bool is_yes = word == "yes" || word == "y" || word == "true";
  if (!is_yes && word != "no" && word != "n" && word != "false") {
    return IsNo(text, "answer: say yes or no");
  }
  answer->set_boolean(is_yes);
  return absl::OkStatus();
}

// A unit goes without saying where there is only one.
absl::Status FillQuantity(const QuestionnaireItem& item, absl::string_view text, Answer* answer) {
  const std::vector<std::string> words = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  double value = 0;
  const bool is_amount =
      absl::SimpleAtod(words[0], &value) && (words.size() == 2 || item.units_size() == 1);
  if (!is_amount) {
    return IsNo(text, absl::StrCat("amount: say a number and a unit, ", item.units(0)));
  }
  answer->mutable_quantity()->set_value(value);
  answer->mutable_quantity()->set_unit(words.size() == 2 ? words[1] : item.units(0));
  return absl::OkStatus();
}

template <typename Codes>
bool IsOffered(const QuestionnaireItem& item, const Codes& code) {
  return item.classes().empty() || absl::c_any_of(code.classes(), [&](const std::string& each) {
           return absl::c_linear_search(item.classes(), each);
         });
}

}  // namespace

std::vector<AnswerWords::Offer> AnswerWords::OffersOf(const Item& item) const {
  std::vector<Offer> offers;
  for (const auto& choice : item.choices()) {
    offers.push_back({choice.code(), choice.display_name()});
  }
  const auto add = [&](const auto& codes) {
    for (const auto& code : codes) {
      if (IsOffered(item, code)) offers.push_back({code.code(), code.display_name()});
    }
  };
  if (item.type() == Item::TYPE_CONDITIONS) add(asked_.conditions());
  if (item.type() == Item::TYPE_MEDICINES || item.type() == Item::TYPE_TREATMENTS) {
    add(asked_.medicines());
  }
  return offers;
}

std::vector<std::string> AnswerWords::CodesOf(const Item& item) const {
  if (item.type() == Item::TYPE_BOOLEAN) return {"yes", "no"};
  std::vector<std::string> codes;
  for (const Offer& offer : OffersOf(item)) codes.push_back(offer.code);
  return codes;
}

std::string AnswerWords::HowTo(const Item& item) const {
  std::vector<std::string> titles;
  for (const Offer& offer : OffersOf(item)) {
    const bool is_choice = item.type() == Item::TYPE_CODED;
    titles.push_back(is_choice ? absl::StrCat(titles.size() + 1, " ", offer.title) : offer.title);
  }
  const std::string list = absl::StrJoin(titles, ", ");
  switch (item.type()) {
    case Item::TYPE_BOOLEAN:
      return "yes or no";
    case Item::TYPE_CODED:
      return absl::StrCat(item.repeats() ? "One or several, as 1,3: " : "One of: ", list);
    case Item::TYPE_CONDITIONS:
      return absl::StrCat(
          "none, or those they name, as 'stroke, since 2019-05-01, resolved; other: gout'. Of: ",
          list);
    case Item::TYPE_MEDICINES:
      return absl::StrCat(
          "none, or each, as 'sertraline 50 mg, since 2024-01-15; other: ginkgo'. Of: ", list);
    case Item::TYPE_TREATMENTS:
      return absl::StrCat(
          "none, or each, as 'sertraline 150 mg, 10 weeks, 20%, until 2024-06-01; other: "
          "hypnosis'. "
          "Of: ",
          list);
    case Item::TYPE_QUANTITY:
      return absl::StrCat("a number of ", absl::StrJoin(item.units(), " or "));
    case Item::TYPE_DATE:
      return "a day, as 2026-01-12 or 1/12/2026";
    default:
      return "in their words";
  }
}

absl::StatusOr<Answer> AnswerWords::Parse(const Item& item, absl::string_view text) const {
  Answer answer;
  answer.set_link_id(item.link_id());
  const absl::string_view said = absl::StripAsciiWhitespace(text);
  if (said.empty()) return answer;
  if (said == kNotKnown) {
    answer.set_not_known(true);
    return answer;
  }
  const absl::Status filled = Fill(item, said, &answer);
  if (!filled.ok()) return filled;
  return answer;
}

absl::Status AnswerWords::Fill(const Item& item, absl::string_view text, Answer* answer) const {
  switch (item.type()) {
    case Item::TYPE_BOOLEAN:
      return FillBoolean(text, answer);
    case Item::TYPE_CODED:
      return FillCodes(item, text, answer->mutable_codes());
    case Item::TYPE_MEDICINES:
    case Item::TYPE_CONDITIONS:
    case Item::TYPE_TREATMENTS:
      return FillList(item, text, answer);
    case Item::TYPE_QUANTITY:
      return FillQuantity(item, text, answer);
    case Item::TYPE_DATE: {
      const auto day = ParsePastDay(text, today_);
      if (day.ok()) *answer->mutable_date() = *day;
      return day.status();
    }
    default:
      answer->set_text(std::string(text));
      return absl::OkStatus();
  }
}

absl::Status AnswerWords::FillCodes(const Item& item, absl::string_view text,
                                    Answer::Codes* codes) const {
  const std::vector<Offer> offers = OffersOf(item);
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::string word = Lower(part);
    size_t number = 0;
    const auto is_it = [&](const Offer& offer) {
      return word == Lower(offer.code) || word == Lower(offer.title);
    };
    const auto found = absl::c_find_if(offers, is_it);
    if (found != offers.end()) {
      codes->add_codes(found->code);
    } else if (absl::SimpleAtoi(word, &number) && number >= 1 && number <= offers.size()) {
      codes->add_codes(offers[number - 1].code);
    } else {
      return IsNo(absl::StripAsciiWhitespace(part),
                  absl::StrCat("choice: say ", absl::StrJoin(CodesOf(item), ", ")));
    }
  }
  return absl::OkStatus();
}

// An empty list is an answer, too.
absl::Status AnswerWords::FillList(const Item& item, absl::string_view text, Answer* answer) const {
  const bool is_of_conditions = item.type() == Item::TYPE_CONDITIONS;
  const bool is_of_treatments = item.type() == Item::TYPE_TREATMENTS;
  if (is_of_conditions) answer->mutable_conditions();
  if (is_of_treatments) answer->mutable_treatments();
  if (!is_of_conditions && !is_of_treatments) answer->mutable_medicines();
  if (IsNone(text)) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    const auto entry = ParseEntry(item, part);
    if (!entry.ok()) return entry.status();
    if (is_of_conditions) {
      AddCondition(*entry, answer->mutable_conditions());
    } else if (is_of_treatments) {
      AddTreatment(*entry, answer->mutable_treatments());
    } else {
      AddMedicine(*entry, answer->mutable_medicines());
    }
  }
  return absl::OkStatus();
}

void AnswerWords::AddCondition(const Entry& entry, Answer::Conditions* list) {
  ReportedCondition& condition = *list->add_conditions();
  condition.set_condition(entry.code);
  condition.set_text(entry.words);
  condition.set_clinical_status(ValueFor<ReportedCondition::ClinicalStatus>(entry.status));
  if (entry.since.year() != 0) *condition.mutable_onset_date() = entry.since;
}

void AnswerWords::AddMedicine(const Entry& entry, Answer::Medicines* list) {
  MedicationStatement& medicine = *list->add_medicines();
  medicine.set_medicine(entry.code);
  medicine.set_text(entry.words);
  medicine.set_dosage(entry.dosage);
  if (entry.since.year() != 0) *medicine.mutable_start_date() = entry.since;
  if (entry.until.year() != 0) *medicine.mutable_end_date() = entry.until;
}

void AnswerWords::AddTreatment(const Entry& entry, Answer::Treatments* list) {
  PastTreatment& treatment = *list->add_treatments();
  treatment.set_medicine(entry.code);
  treatment.set_text(entry.words);
  treatment.set_dosage(entry.dosage);
  if (entry.weeks >= 0) treatment.set_weeks(entry.weeks);
  if (entry.percent >= 0) treatment.set_improvement_percent(entry.percent);
  if (entry.until.year() != 0) *treatment.mutable_end_date() = entry.until;
}

absl::StatusOr<AnswerWords::Entry> AnswerWords::ParseEntry(const Item& item,
                                                           absl::string_view text) const {
  Entry entry;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  absl::Status status = ParseName(item, absl::StripAsciiWhitespace(parts[0]), &entry);
  for (size_t i = 1; i < parts.size() && status.ok(); ++i) {
    status = ParseDetail(item, absl::StripAsciiWhitespace(parts[i]), &entry);
  }
  if (!status.ok()) return status;
  return entry;
}

// The longest name it begins with: one may be the beginning of another.
absl::Status AnswerWords::ParseName(const Item& item, absl::string_view text, Entry* entry) const {
  if (absl::StartsWithIgnoreCase(text, kOther)) {
    entry->words =
        std::string(absl::StripAsciiWhitespace(text.substr(absl::string_view(kOther).size())));
    return absl::OkStatus();
  }
  size_t longest = 0;
  for (const Offer& offer : OffersOf(item)) {
    for (const std::string& name : {offer.code, offer.title}) {
      const bool begins = absl::StartsWithIgnoreCase(text, name) &&
                          (text.size() == name.size() || text[name.size()] == ' ');
      if (!begins || name.size() <= longest) continue;
      longest = name.size();
      entry->code = offer.code;
    }
  }
  if (longest == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text, "' is not in the list: 'other: ", text, "' keeps it in their words"));
  }
  const absl::string_view rest = absl::StripAsciiWhitespace(text.substr(longest));
  return rest.empty() ? absl::OkStatus() : ParseDetail(item, rest, entry);
}

absl::Status AnswerWords::ParseDetail(const Item& item, absl::string_view text,
                                      Entry* entry) const {
  const bool is_of_conditions = item.type() == Item::TYPE_CONDITIONS;
  const bool is_of_treatments = item.type() == Item::TYPE_TREATMENTS;
  const std::string detail = Lower(text);
  absl::string_view rest = detail;
  const bool is_start = !is_of_treatments && absl::ConsumePrefix(&rest, "since ");
  const bool is_end = !is_start && !is_of_conditions && absl::ConsumePrefix(&rest, "until ");
  if (is_start || is_end) {
    const auto day = ParsePastDay(rest, today_);
    if (day.ok()) (is_start ? entry->since : entry->until) = *day;
    return day.status();
  }
  if (is_of_conditions) {
    entry->status = detail;
    if (ValueFor<ReportedCondition::ClinicalStatus>(detail) != 0) return absl::OkStatus();
    return IsNo(text, "detail of a condition: say since 2019-05-01, active, remission or resolved");
  }
  if (is_of_treatments) {
    const bool is_weeks =
        absl::ConsumeSuffix(&rest, " weeks") || absl::ConsumeSuffix(&rest, " week");
    if (is_weeks && absl::SimpleAtoi(rest, &entry->weeks)) return absl::OkStatus();
    const bool is_percent = absl::ConsumeSuffix(&rest, "%");
    if (is_percent && absl::SimpleAtoi(rest, &entry->percent)) return absl::OkStatus();
  }
  absl::StrAppend(&entry->dosage, entry->dosage.empty() ? "" : ", ", text);
  return absl::OkStatus();
}

}  // namespace clarity::client
