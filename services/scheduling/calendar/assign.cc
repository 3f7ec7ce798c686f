#include "services/scheduling/calendar/assign.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "absl/container/inlined_vector.h"

namespace clarity::calendar {
namespace {

constexpr int kNobody = -1;

// Kuhn's algorithm over units (a need of count 2 has two) and resources.
class Matching {
 public:
  Matching(const Visit& visit, FitsFn fits, const std::vector<std::vector<int>>& preference);

  bool PlaceAll();
  Assignment Result() const;

 private:
  enum class Answer : char { kUnasked, kFits, kDoesNotFit };

  const std::vector<int>& CandidatesOf(size_t need) const {
    return preference_.empty() ? visit_.needs[need].eligible : preference_[need];
  }
  bool Fits(size_t need, size_t candidate);
  bool Place(int unit) { return Take(unit) || Displace(unit); }
  bool Take(int unit);
  bool Displace(int unit);

  const Visit& visit_;
  const FitsFn fits_;
  const std::vector<std::vector<int>>& preference_;
  // Kept in place as long as they are small: a page of slots is a matching for each of them.
  absl::InlinedVector<Answer, 128> answers_;     // need by need, in the order of preference
  absl::InlinedVector<size_t, 8> first_answer_;  // of each need
  absl::InlinedVector<size_t, 8> need_of_unit_;
  absl::InlinedVector<int, 128> unit_of_resource_;
  absl::InlinedVector<char, 128> asked_to_move_;  // by resource, while one unit is being placed
};

Matching::Matching(const Visit& visit, FitsFn fits, const std::vector<std::vector<int>>& preference)
    : visit_(visit), fits_(fits), preference_(preference) {
  assert(preference.empty() || preference.size() == visit.needs.size());
  int resources = 0;
  for (size_t need = 0; need < visit.needs.size(); ++need) {
    const std::vector<int>& eligible = visit.needs[need].eligible;
    assert(CandidatesOf(need).size() == eligible.size());
    first_answer_.push_back(answers_.size());
    answers_.resize(answers_.size() + eligible.size(), Answer::kUnasked);
    need_of_unit_.insert(need_of_unit_.end(), visit.needs[need].count, need);
    if (!eligible.empty()) resources = std::max(resources, eligible.back() + 1);
  }
  unit_of_resource_.assign(resources, kNobody);
}

bool Matching::PlaceAll() {
  for (size_t unit = 0; unit < need_of_unit_.size(); ++unit) {
    if (Take(static_cast<int>(unit))) continue;
    asked_to_move_.assign(unit_of_resource_.size(), false);
    if (!Displace(static_cast<int>(unit))) return false;
  }
  return true;
}

bool Matching::Fits(size_t need, size_t candidate) {
  Answer& answer = answers_[first_answer_[need] + candidate];
  if (answer == Answer::kUnasked) {
    const bool fits = fits_(static_cast<int>(need), CandidatesOf(need)[candidate]);
    answer = fits ? Answer::kFits : Answer::kDoesNotFit;
  }
  return answer == Answer::kFits;
}

// Takes the first resource that fits and is free.
bool Matching::Take(int unit) {
  const size_t need = need_of_unit_[unit];
  const std::vector<int>& candidates = CandidatesOf(need);
  for (size_t i = 0; i < candidates.size(); ++i) {
    int& holder = unit_of_resource_[candidates[i]];
    if (holder == kNobody && Fits(need, i)) {
      holder = unit;
      return true;
    }
  }
  return false;
}

// Takes the first resource that fits and whose unit can be placed elsewhere. As deep as there are
// units.
bool Matching::Displace(int unit) {
  const size_t need = need_of_unit_[unit];
  const std::vector<int>& candidates = CandidatesOf(need);
  for (size_t i = 0; i < candidates.size(); ++i) {
    const int resource = candidates[i];
    const int holder = unit_of_resource_[resource];
    if (holder == kNobody || asked_to_move_[resource] || !Fits(need, i)) continue;
    asked_to_move_[resource] = true;
    if (Place(holder)) {
      unit_of_resource_[resource] = unit;
      return true;
    }
  }
  return false;
}

Assignment Matching::Result() const {
  Assignment assignment;
  for (size_t need = 0; need < visit_.needs.size(); ++need) {
    Assignment::Chosen& chosen = assignment.resources.emplace_back();
    for (int resource : CandidatesOf(need)) {
      const int unit = unit_of_resource_[resource];
      if (unit != kNobody && need_of_unit_[unit] == need) chosen.push_back(resource);
    }
  }
  return assignment;
}

}  // namespace

std::optional<Assignment> Assign(const Visit& visit, FitsFn fits,
                                 const std::vector<std::vector<int>>& preference) {
  Matching matching(visit, fits, preference);
  if (!matching.PlaceAll()) return std::nullopt;
  return matching.Result();
}

}  // namespace clarity::calendar
