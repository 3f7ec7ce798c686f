#ifndef CLARITY_SERVICES_CONSULTATION_OUTCOME_SCALE_H_
#define CLARITY_SERVICES_CONSULTATION_OUTCOME_SCALE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/outcome.pb.h"
#include "clarity/consultation/v1/scale.pb.h"
#include "services/consultation/policy/truth.h"
#include "services/platform/base/errors.h"

namespace clarity::consultation {

// Answers to the items of a scale, and what the scale makes of them. Both outlive it.
class ScaleSheet {
 public:
  // What is read where: of answers that are refused, also those to items that are not asked.
  enum class Reading { kAsAsked, kAll };
  ScaleSheet(const v1::Scale& scale, const google::protobuf::RepeatedPtrField<v1::ItemScore>& items,
             Reading reading = Reading::kAsAsked);

  // What keeps the answers from being scored, all at once: an item that is asked and has none, one
  // that is not asked and has one, a score that is none of its choices. Fields are paths from the
  // outcome: "items[3].score". No text repeats an answer.
  std::vector<base::Violation> Check() const;

  // Whether the answers given lead to the item.
  bool IsAsked(absl::string_view item) const { return asked_.at(item); }
  // Nothing for a scale without a total.
  std::optional<int> Total() const;
  // Null where the scale has none that applies.
  const v1::ScaleLevel* Band() const;
  std::vector<const v1::ScaleLevel*> Findings() const;
  // The band and the findings that raise an alert.
  std::vector<const v1::ScaleLevel*> Alerts() const;

 private:
  int ScoreOf(absl::string_view item) const;
  bool IsSo(const v1::Criterion& criterion) const;
  bool Applies(const v1::ScaleLevel& level) const;

  const v1::Scale& scale_;
  const google::protobuf::RepeatedPtrField<v1::ItemScore>& items_;
  absl::flat_hash_map<absl::string_view, int> scores_;
  absl::flat_hash_map<absl::string_view, bool> asked_;
};

// Fills in what the scale says of the answers: score, band, findings, remission.
void Score(const v1::Scale& scale, v1::Outcome* outcome);

// Fills in what it says of the score against that of the baseline, where there are both: change,
// response, trend.
void Compare(const v1::Scale& scale, const v1::Outcome& baseline, v1::Outcome* outcome);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_OUTCOME_SCALE_H_
