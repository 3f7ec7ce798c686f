#include "services/consultation/policy/trial.h"

#include "services/consultation/policy/evaluation.h"

namespace clarity::consultation {
namespace {

using Applies = v1::Decision::Applies;

constexpr int kEpisodesNamedMax = 100;

// What each rule says, by its id; of no policy, nothing.
std::map<std::string, Applies> DecisionsOf(const Rulebook* rulebook, const Facts& facts) {
  std::map<std::string, Applies> decisions;
  if (rulebook == nullptr) return decisions;
  const Inquiry inquiry(*rulebook, facts);
  for (const v1::Rule& rule : rulebook->policy().rules()) {
    decisions[rule.id()] = AppliesOf(AskRule(inquiry, rule));
  }
  return decisions;
}

Applies Find(const std::map<std::string, Applies>& decisions, const std::string& rule) {
  const auto it = decisions.find(rule);
  return it == decisions.end() ? v1::Decision::APPLIES_UNSPECIFIED : it->second;
}

// Whether a clearance that was decided before would not hold any more.
bool Reopens(const Rulebook* rulebook, const std::string& rule_id, Applies applies) {
  const v1::Rule* rule = rulebook == nullptr ? nullptr : rulebook->FindRule(rule_id);
  if (rule == nullptr || applies == v1::Decision::APPLIES_NO) return false;
  return rule->effect() == v1::RULE_EFFECT_EXCLUDE_ABSOLUTE ||
         rule->effect() == v1::RULE_EFFECT_EXCLUDE_RELATIVE ||
         rule->effect() == v1::RULE_EFFECT_REQUIRE;
}

}  // namespace

void Trial::Add(const OpenEpisode& episode, const Rulebook* before, const Rulebook* after) {
  ++episodes_;
  const auto said = DecisionsOf(before, episode.facts);
  const auto says = DecisionsOf(after, episode.facts);
  std::map<std::string, Applies> either = says;
  either.insert(said.begin(), said.end());
  for (const auto& [rule, unused] : either) {
    const Applies was = Find(said, rule);
    const Applies is = Find(says, rule);
    if (was == is) continue;
    v1::ApplyPolicyResponse::DecisionChange& change = changes_[{rule, was, is}];
    change.set_rule(rule);
    change.set_before(was);
    change.set_after(is);
    change.set_episode_count(change.episode_count() + 1);
    if (change.episodes_size() < kEpisodesNamedMax) change.add_episodes(episode.name);
    if (episode.is_cleared && Reopens(after, rule, is)) {
      change.set_clearances_reopened(change.clearances_reopened() + 1);
    }
  }
}

void Trial::Report(v1::ApplyPolicyResponse* reply) const {
  reply->set_episodes_evaluated(episodes_);
  for (const auto& [key, change] : changes_) *reply->add_decision_changes() = change;
}

}  // namespace clarity::consultation
