#include <algorithm>
#include <limits>

#include "services/consultation/policy/check_parts.h"

namespace clarity::consultation {
namespace {

class ScaleCheck {
 public:
  ScaleCheck(const v1::Scale& scale, Faults* faults) : scale_(scale), faults_(*faults) {}

  void Check(const std::string& path) {
    faults_.CheckDistinct(path + ".items", scale_.items(), "id",
                          [](const v1::ScaleItem& item) { return item.id(); });
    CheckChoices(path + ".choices", scale_.choices());
    for (int i = 0; i < scale_.items_size(); ++i) CheckItem(At(path, "items", i), scale_.items(i));
    CheckGroups(path);
    CheckLevels(path);
    CheckBands(path);
    CheckChange(path);
  }

 private:
  using Choices = google::protobuf::RepeatedPtrField<v1::ScaleChoice>;

  void CheckChoices(const std::string& path, const Choices& choices) {
    faults_.CheckDistinct(path, choices, "score", [](const v1::ScaleChoice& choice) {
      return absl::StrCat(choice.score());
    });
  }

  void CheckItem(const std::string& path, const v1::ScaleItem& item) {
    CheckChoices(path + ".choices", item.choices());
    const Choices& choices = item.choices().empty() ? scale_.choices() : item.choices();
    if (choices.empty()) faults_.Add(path + ".choices", "neither it nor the scale has any");
    if (item.has_enable_when()) CheckWhen(path + ".enable_when", item.enable_when(), &item);
    int& highest = highest_[item.id()];
    for (const v1::ScaleChoice& choice : choices) highest = std::max(highest, choice.score());
  }

  // `item`: the one that depends on it, on those before it only; null for a level.
  void CheckWhen(const std::string& path, const v1::Criterion& when, const v1::ScaleItem* item) {
    CheckCombinations(path, when, /*may_be_missing=*/false, &faults_,
                      [&](const std::string& at, const v1::Criterion& leaf) {
                        if (!leaf.has_items_scored()) {
                          return faults_.Add(at, "inside a scale its items are asked for only");
                        }
                        CheckItemsScored(at + ".items_scored", leaf.items_scored(), item);
                      });
  }

  void CheckItemsScored(const std::string& path, const v1::ItemsScored& what,
                        const v1::ScaleItem* item) {
    if (what.count_min() > what.items_size()) {
      faults_.Add(path + ".count_min", "it is more than there are items");
    }
    for (int i = 0; i < what.items_size(); ++i) {
      const std::string at = At(path, "items", i);
      const auto known = highest_.find(what.items(i));
      if (item != nullptr && what.items(i) == item->id()) {
        faults_.Add(at, "the item asks for itself");
      } else if (known == highest_.end()) {
        faults_.Add(at, item == nullptr ? "the scale has no such item"
                                        : "no item before this one has this id");
      } else if (known->second < what.at_least()) {
        faults_.Add(at, "the item has no answer with such a score");
      }
    }
  }

  void CheckGroups(const std::string& path) {
    if (scale_.without_total() && !scale_.groups().empty()) {
      faults_.Add(path + ".groups", "the scale has no total");
    }
    absl::flat_hash_set<std::string> grouped;
    for (int i = 0; i < scale_.groups_size(); ++i) {
      for (int j = 0; j < scale_.groups(i).items_size(); ++j) {
        const std::string& item = scale_.groups(i).items(j);
        const std::string at = At(At(path, "groups", i), "items", j);
        if (highest_.count(item) == 0) {
          faults_.Add(at, "the scale has no such item");
        } else if (!grouped.insert(item).second) {
          faults_.Add(at, "the item enters the total twice");
        }
      }
    }
  }

  int TotalMax() const {
    int total = 0;
    if (scale_.groups().empty()) {
      for (const auto& [item, highest] : highest_) total += highest;
    }
    for (const v1::ScoreGroup& group : scale_.groups()) {
      int sum = 0;
      int highest_of_all = 0;
      for (const std::string& item : group.items()) {
        const auto highest = highest_.find(item);
        if (highest == highest_.end()) continue;
        sum += highest->second;
        highest_of_all = std::max(highest_of_all, highest->second);
      }
      total += group.how() == v1::ScoreGroup::HOW_MAX ? highest_of_all : sum;
    }
    return total;
  }

  void CheckLevels(const std::string& path) {
    absl::flat_hash_set<std::string> ids;
    const auto check = [&](const std::string& list, const auto& levels) {
      for (int i = 0; i < levels.size(); ++i) {
        const std::string at = At(path, list, i);
        if (!ids.insert(levels.Get(i).id()).second) {
          faults_.Add(at + ".id", "another band or finding of the scale has it");
        }
        CheckLevel(at, levels.Get(i));
      }
    };
    check("bands", scale_.bands());
    check("findings", scale_.findings());
    for (int i = 0; i < scale_.findings_size(); ++i) {
      if (scale_.findings(i).applies_case() == v1::ScaleLevel::APPLIES_NOT_SET) {
        faults_.Add(At(path, "findings", i), "it would be found of everybody");
      }
    }
  }

  void CheckLevel(const std::string& path, const v1::ScaleLevel& level) {
    if (level.has_when()) return CheckWhen(path + ".when", level.when(), nullptr);
    if (level.applies_case() != v1::ScaleLevel::kScoreMin) return;
    if (scale_.without_total()) {
      faults_.Add(path + ".score_min", "the scale has no total");
    } else if (level.score_min() > TotalMax()) {
      faults_.Add(path + ".score_min",
                  absl::StrCat("the total is ", TotalMax(), " at most: nobody reaches it"));
    } else if (level.score_min() < 0) {
      faults_.Add(path + ".score_min", "the total is 0 at least");
    }
  }

  // An outcome is in the last band that applies: so each begins above the one before it, and the
  // first takes whoever is in no other.
  void CheckBands(const std::string& path) {
    int last = -1;
    for (int i = 0; i < scale_.bands_size(); ++i) {
      const v1::ScaleLevel& band = scale_.bands(i);
      const std::string at = At(path, "bands", i);
      const bool is_open = band.applies_case() == v1::ScaleLevel::APPLIES_NOT_SET;
      if (i == 0) {
        const bool takes_all =
            is_open || (band.applies_case() == v1::ScaleLevel::kScoreMin && band.score_min() <= 0);
        if (!takes_all) faults_.Add(at, "scores below it are in no band");
      } else if (is_open) {
        faults_.Add(at, "it hides those before it: only the first may apply always");
      } else if (band.applies_case() == v1::ScaleLevel::kScoreMin && band.score_min() <= last) {
        faults_.Add(at + ".score_min", "it does not begin above the band before it");
      }
      if (band.applies_case() == v1::ScaleLevel::kScoreMin) last = std::max(last, band.score_min());
    }
  }

  void CheckChange(const std::string& path) {
    const auto check = [&](absl::string_view field, bool is_set, int value) {
      if (is_set && scale_.without_total()) {
        faults_.Add(absl::StrCat(path, ".", field), "the scale has no total");
      } else if (is_set && value > TotalMax()) {
        faults_.Add(absl::StrCat(path, ".", field),
                    absl::StrCat("the total is ", TotalMax(), " at most"));
      }
    };
    check("response_percent", scale_.response_percent() > 0, 0);
    check("remission_score_max", scale_.has_remission_score_max(), scale_.remission_score_max());
    check("change_points", scale_.change_points() > 0, scale_.change_points());
  }

  const v1::Scale& scale_;
  Faults& faults_;
  absl::flat_hash_map<std::string, int> highest_;  // score of the items looked at so far
};

}  // namespace

void CheckScale(const std::string& path, const v1::Scale& scale, Faults* faults) {
  ScaleCheck(scale, faults).Check(path);
}

}  // namespace clarity::consultation
