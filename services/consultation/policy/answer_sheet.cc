#include "services/consultation/policy/answer_sheet.h"

#include <algorithm>

#include "services/consultation/policy/quantity.h"

namespace clarity::consultation {
namespace {

bool HasCode(const v1::Answered& what, absl::string_view code) {
  return std::find(what.codes().begin(), what.codes().end(), code) != what.codes().end();
}

Truth Judge(const v1::Answered& what, const v1::Answer& answer, const v1::QuestionnaireItem& item) {
  switch (answer.value_case()) {
    case v1::Answer::kBoolean:
      return Known(HasCode(what, answer.boolean() ? "yes" : "no"));
    case v1::Answer::kCodes:
      return Known(std::any_of(answer.codes().codes().begin(), answer.codes().codes().end(),
                               [&](const std::string& code) { return HasCode(what, code); }));
    case v1::Answer::kQuantity:
      if (item.units_size() == 0 || answer.quantity().unit() != item.units(0)) break;
      return Known(what.has_range() && IsInRange(what.range(), answer.quantity().value()));
    default:
      break;
  }
  return Truth::kUnknown;
}

}  // namespace

AnswerSheet::AnswerSheet(const v1::Questionnaire& questionnaire,
                         const google::protobuf::RepeatedPtrField<v1::Answer>& answers) {
  for (const v1::Questionnaire::Part& part : questionnaire.parts()) {
    for (const v1::QuestionnaireItem& item : part.items()) entries_[item.link_id()].item = &item;
  }
  for (const v1::Answer& answer : answers) {
    const auto entry = entries_.find(answer.link_id());
    if (entry == entries_.end() || answer.value_case() == v1::Answer::VALUE_NOT_SET) continue;
    entry->second.answer = &answer;
  }
  // An item depends on items before it only.
  for (const v1::Questionnaire::Part& part : questionnaire.parts()) {
    for (const v1::QuestionnaireItem& item : part.items()) {
      if (!item.has_enable_when()) continue;
      entries_[item.link_id()].is_asked = Combine(
          item.enable_when(), [this](const v1::Criterion& leaf) { return Says(leaf.answered()); });
    }
  }
}

const v1::Answer* AnswerSheet::Find(absl::string_view link_id) const {
  const auto entry = entries_.find(link_id);
  return entry == entries_.end() ? nullptr : entry->second.answer;
}

Truth AnswerSheet::IsAsked(absl::string_view link_id) const {
  const auto entry = entries_.find(link_id);
  return entry == entries_.end() ? Truth::kNo : entry->second.is_asked;
}

Truth AnswerSheet::Says(const v1::Answered& what) const {
  const auto entry = entries_.find(what.link_id());
  if (entry == entries_.end()) return Truth::kUnknown;
  if (entry->second.answer != nullptr) {
    return Judge(what, *entry->second.answer, *entry->second.item);
  }
  return entry->second.is_asked == Truth::kNo ? Truth::kNo : Truth::kUnknown;
}

}  // namespace clarity::consultation
