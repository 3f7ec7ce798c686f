#include "services/consultation/outcome/scale.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace clarity::consultation {
namespace {

bool Takes(const v1::Scale& scale, const v1::ScaleItem& item, int score) {
  const auto& choices = item.choices().empty() ? scale.choices() : item.choices();
  return std::any_of(choices.begin(), choices.end(),
                     [&](const v1::ScaleChoice& choice) { return choice.score() == score; });
}

v1::Outcome::Trend TrendOf(int change, int change_points) {
  if (change <= -change_points) return v1::Outcome::TREND_IMPROVED;
  return change >= change_points ? v1::Outcome::TREND_WORSENED : v1::Outcome::TREND_UNCHANGED;
}

}  // namespace

ScaleSheet::ScaleSheet(const v1::Scale& scale,
                       const google::protobuf::RepeatedPtrField<v1::ItemScore>& items,
                       Reading reading)
    : scale_(scale), items_(items) {
  for (const v1::ItemScore& item : items) {
    int& score = scores_[item.item()];
    score = std::max(score, item.score());  // of two answers, which are refused, the worse
  }
  // An item depends on items before it only.
  for (const v1::ScaleItem& item : scale.items()) {
    asked_[item.id()] =
        reading == Reading::kAll || !item.has_enable_when() || IsSo(item.enable_when());
  }
}

std::vector<base::Violation> ScaleSheet::Check() const {
  std::vector<base::Violation> violations;
  absl::flat_hash_map<absl::string_view, const v1::ScaleItem*> by_id;
  for (const v1::ScaleItem& item : scale_.items()) by_id[item.id()] = &item;
  absl::flat_hash_map<absl::string_view, int> first_by_id;
  for (int i = 0; i < items_.size(); ++i) {
    const v1::ItemScore& given = items_.Get(i);
    const std::string path = absl::StrCat("items[", i, "]");
    const auto item = by_id.find(given.item());
    if (item == by_id.end()) {
      violations.push_back({path + ".item", "the scale has no such item"});
    } else if (!first_by_id.try_emplace(given.item(), i).second) {
      violations.push_back({path + ".item", "the item is answered twice"});
    } else if (!IsAsked(given.item())) {
      violations.push_back({path + ".item", "the item is not asked, given the other answers"});
    } else if (!Takes(scale_, *item->second, given.score())) {
      violations.push_back({path + ".score", "it is none of the item's answers"});
    }
  }
  for (const v1::ScaleItem& item : scale_.items()) {
    if (IsAsked(item.id()) && scores_.count(item.id()) == 0) {
      violations.push_back({"items", absl::StrCat("item ", item.id(), " has no answer")});
    }
  }
  return violations;
}

int ScaleSheet::ScoreOf(absl::string_view item) const {
  const auto asked = asked_.find(item);
  const auto score = scores_.find(item);
  const bool counts = asked != asked_.end() && asked->second && score != scores_.end();
  return counts ? score->second : 0;
}

bool ScaleSheet::IsSo(const v1::Criterion& criterion) const {
  return Combine(criterion, [this](const v1::Criterion& leaf) {
           const v1::ItemsScored& what = leaf.items_scored();
           const auto count = std::count_if(
               what.items().begin(), what.items().end(),
               [&](const std::string& item) { return ScoreOf(item) >= what.at_least(); });
           return Known(count >= std::max(what.count_min(), 1));
         }) == Truth::kYes;
}

std::optional<int> ScaleSheet::Total() const {
  if (scale_.without_total()) return std::nullopt;
  int total = 0;
  if (scale_.groups().empty()) {
    for (const v1::ScaleItem& item : scale_.items()) total += ScoreOf(item.id());
  }
  for (const v1::ScoreGroup& group : scale_.groups()) {
    int sum = 0;
    int highest = 0;
    for (const std::string& item : group.items()) {
      sum += ScoreOf(item);
      highest = std::max(highest, ScoreOf(item));
    }
    total += group.how() == v1::ScoreGroup::HOW_MAX ? highest : sum;
  }
  return total;
}

bool ScaleSheet::Applies(const v1::ScaleLevel& level) const {
  switch (level.applies_case()) {
    case v1::ScaleLevel::kScoreMin:
      return Total().value_or(-1) >= level.score_min();
    case v1::ScaleLevel::kWhen:
      return IsSo(level.when());
    case v1::ScaleLevel::APPLIES_NOT_SET:
      break;
  }
  return true;
}

const v1::ScaleLevel* ScaleSheet::Band() const {
  const v1::ScaleLevel* last = nullptr;
  for (const v1::ScaleLevel& band : scale_.bands()) {
    if (Applies(band)) last = &band;
  }
  return last;
}

std::vector<const v1::ScaleLevel*> ScaleSheet::Findings() const {
  std::vector<const v1::ScaleLevel*> findings;
  for (const v1::ScaleLevel& finding : scale_.findings()) {
    if (Applies(finding)) findings.push_back(&finding);
  }
  return findings;
}

std::vector<const v1::ScaleLevel*> ScaleSheet::Alerts() const {
  std::vector<const v1::ScaleLevel*> levels = Findings();
  if (const v1::ScaleLevel* band = Band()) levels.insert(levels.begin(), band);
  levels.erase(std::remove_if(levels.begin(), levels.end(),
                              [](const v1::ScaleLevel* level) { return !level->has_alert(); }),
               levels.end());
  return levels;
}

void Score(const v1::Scale& scale, v1::Outcome* outcome) {
  const ScaleSheet sheet(scale, outcome->items());
  const v1::ScaleLevel* band = sheet.Band();
  outcome->set_band(band == nullptr ? "" : band->id());
  outcome->clear_findings();
  for (const v1::ScaleLevel* finding : sheet.Findings()) outcome->add_findings(finding->id());

  outcome->clear_score();
  outcome->clear_remission();
  const std::optional<int> total = sheet.Total();
  if (!total.has_value()) return;
  outcome->set_score(*total);
  if (scale.has_remission_score_max()) {
    outcome->set_remission(*total <= scale.remission_score_max());
  }
}

void Compare(const v1::Scale& scale, const v1::Outcome& baseline, v1::Outcome* outcome) {
  outcome->clear_change();
  outcome->clear_response();
  outcome->clear_trend();
  if (!baseline.has_score() || !outcome->has_score()) return;
  const int change = outcome->score() - baseline.score();
  outcome->set_change(change);
  // A score of nothing cannot fall.
  if (scale.response_percent() > 0) {
    outcome->set_response(baseline.score() > 0 &&
                          -change * 100 >= scale.response_percent() * baseline.score());
  }
  if (scale.change_points() > 0) outcome->set_trend(TrendOf(change, scale.change_points()));
}

}  // namespace clarity::consultation
